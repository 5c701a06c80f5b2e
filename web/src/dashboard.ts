import "uplot/dist/uPlot.min.css";
import "./style.css";
import "./dashboard.css";
import { dashboard } from "./dashboard/app";

dashboard(document.getElementById("report") as HTMLElement);
