// The part of ECharts that the pages with a time series need, as one module:
//   import { init } from "../built/echarts.js";  init(element, null, { renderer: "svg" })
import { LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, MarkLineComponent, MarkPointComponent, TooltipComponent } from "echarts/components";
import { use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([AriaComponent, GridComponent, LegendComponent, LineChart, MarkLineComponent, MarkPointComponent, SVGRenderer, TooltipComponent]);

export { init } from "echarts/core";
