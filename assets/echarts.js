// The part of ECharts that the pages with a time series need, as one module:
//   import { init } from "../built/echarts.js";  init(element, null, { renderer: "svg" })
import { LineChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([GridComponent, LineChart, SVGRenderer, TooltipComponent]);

export { init } from "echarts/core";
