"""The measurable provisions that demands are held against; one whose text was not read in the original is off.

Source: 《整治形式主义为基层减负若干规定》(2024) and the rules each line names; `note` says which bounds are the portal's own.
"""

import csv
import io

from django.db import migrations

RULES = '''\
code,regulation,article,category,title_zh,title_en,check,metric,operator,threshold,unit,period,applies_to,strength,text_verified,note
DOC-YOY,若干规定2024,1,document,年度发文只减不增,Yearly documents do not exceed last year's,count_yoy,documents_issued,<=,1.0,ratio,year,issuer,soft,true,超过上年度须向上级党委办公厅(室)书面说明
DOC-PLAN,若干规定2024,1,document,发文纳入年度计划,Document is in the annual issuance plan,in_plan,plan_item,exists,,,each,issuer,soft,true,严控临时性、配套类、分工类发文
DOC-DIRECTIVE,若干规定2024,1,document,部门不得向下级党委政府发布指令性公文,Departments send no directive documents to lower Party committees or governments,forbidden,is_directive,is,false,,each,department,hard,true,议事协调机构同样适用
DOC-CHANNEL,若干规定2024,1,document,以白头、便笺、群通知规避发文管理,Informal channel used to avoid document control,pattern,channel,in,informal|note|group|phone,,each,issuer,soft,true,日常动态监测项
DOC-LEN-GENERAL,若干规定2024,2,document,综合性文件不超过5000字,General document at most 5000 characters,length,characters,<=,5000,characters,each,issuer,soft,true,"""一般""为软约束"
DOC-LEN-TASK,若干规定2024,2,document,专项或具体任务文件不超过4000字,Task document at most 4000 characters,length,characters,<=,4000,characters,each,issuer,soft,true,"""一般""为软约束"
DOC-REVIEW,若干规定2024,3,document,制发前完成为基层减负一致性评估,Burden consistency review before issue,required,consistency_review,exists,,,each,issuer,hard,true,
DOC-REPORTBACK,若干规定2024,3,document,一般不要求报送贯彻落实情况,No demand for implementation reports,forbidden,asks_report,is,false,,each,issuer,soft,true,
DOC-SUPPORTING,若干规定2024,3,document,一般不要求制定配套文件,No demand for supporting documents,forbidden,asks_supporting,is,false,,each,issuer,soft,true,
MTG-COMPREHENSIVE,若干规定2024,4,meeting,本系统综合性会议每年不超过1次,At most one comprehensive meeting a year per system,count,comprehensive_meetings,<=,1,meetings,year,issuer,soft,true,原则上
MTG-DIRECT,若干规定2024,4,meeting,直达基层的会议须经同级党委主要负责同志批准,Meeting reaching the grassroots directly needs approval,required,approved_by,exists,,,each,issuer,hard,true,含视频会议
MTG-RELAY,若干规定2024,4,meeting,不层层开会、不刻意传达不过夜,No layer-by-layer relays within a day,pattern,hours_after_parent,>=,24,hours,each,issuer,soft,true,
MTG-PRINCIPALS,若干规定2024,5,meeting,分管负责同志召集的会议一般不要求下级主要负责同志参会,No demand for principals when a deputy convenes,forbidden,requires_principal,is,false,,each,issuer,soft,true,
MTG-SPEECH,若干规定2024,6,meeting,主要负责同志讲话或主报告不超过1小时,Main speech at most 60 minutes,duration,main_speech_minutes,<=,60,minutes,each,issuer,hard,true,
MTG-LENGTH,若干规定2024,6,meeting,不分组的会议一般不超过半天,Ungrouped meeting at most half a day,duration,minutes,<=,240,minutes,each,issuer,soft,true,半天按4小时计为本系统口径
MTG-LENGTH-GROUPED,若干规定2024,6,meeting,分组讨论的会议原则上不超过1天半,Grouped meeting at most one and a half days,duration,minutes,<=,720,minutes,each,issuer,soft,true,一天按8小时计为本系统口径
INS-PLAN,若干规定2024,7,inspection,督查检查考核按年度计划执行,Inspection is in the annual plan,in_plan,plan_item,exists,,,each,issuer,hard,true,应急类安全生产、自然灾害防治除外
INS-ONE,若干规定2024,7,inspection,综合性督查检查考核每部门每年不超过1项,At most one comprehensive inspection a year per department,count,comprehensive_inspections,<=,1,items,year,department,soft,true,原则上；同类事项合并
INS-MONTHLY,若干规定2024,7,inspection,月均接受实地督查检查考核不超过规定次数,On-site inspections received per month within the local cap,count,on_site_inspections,<=,,visits,month,receiver,soft,false,规定次数未公开，由各地配置
INS-PRINCIPALS,若干规定2024,8,inspection,不得动辄要求见主要负责同志,No routine demand to meet principals,forbidden,requires_principal,is,false,,each,issuer,soft,false,条号系推定
INS-FORMS,若干规定2024,8,form,不得频繁要求基层填表格报材料,No frequent demands for forms,count,forms_requested_same_topic,<=,1,requests,month,issuer,soft,false,条号系推定；月度频次为本系统口径
INS-TRACE,若干规定2024,8,inspection,不以会议次数、拍照留痕、笔记评价工作,Work is not judged by meeting counts or photo evidence,forbidden,asks_trace,is,false,,each,issuer,soft,false,条号系推定
FORM-ONCE,若干规定2024,13,form,同类材料最多报送一次,The same material is reported at most once,duplicate,similarity,<,0.8,ratio,year,issuer,soft,false,条号系推定；相似度阈值为本系统口径
SEC-COUNTY,若干规定2024,10,secondment,原则上不得从县及以下单位借调干部,No secondment from county level or below,forbidden,seconded_person_days,<=,0,person-days,month,issuer,soft,false,条号系推定
APP-CLOCKIN,若干规定2024,14,digital,不得以打卡、积分、在线时长强制使用,No compulsory clock-in points or online time,forbidden,forced_use,is,false,,each,issuer,hard,false,条号系推定；应急与安全类除外
DUTY-RECALLED,履职事项清单意见,,duty,上级部门收回事项不得再交乡镇办理,Recalled items are refused,in_list,duty_list_kind,!=,recalled,,each,issuer,hard,true,基本/配合/收回三张清单
DUTY-UNLISTED,履职事项清单意见,,duty,清单之外事项须履行准入程序,Unlisted items need admission first,in_list,duty_list_kind,exists,,,each,issuer,soft,true,
CAMPAIGN-LOCAL,创建示范活动管理办法2022,,campaign,市县部门和乡镇不得设立创建示范活动,City and county departments and townships run no demonstration campaigns,forbidden,is_campaign,is,false,,each,issuer,hard,true,
VETO-LETTER,基层减负通知2019,,campaign,严控责任状和一票否决事项,Responsibility letters and single vetoes need approval,required,approved_by,exists,,,each,issuer,hard,true,
'''


def add_rules(apps, schema_editor):
    rule = apps.get_model("burden", "Rule")
    made = []
    for line in csv.DictReader(io.StringIO(RULES)):
        verified = line.pop("text_verified") == "true"
        made.append(rule(check_name=line.pop("check"), text_verified=verified, active=verified, **line))
    rule.objects.bulk_create(made)


class Migration(migrations.Migration):
    dependencies = [("burden", "0018_answers")]
    operations = [migrations.RunPython(add_rules, migrations.RunPython.noop)]
