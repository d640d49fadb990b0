/** Module worker: statistics beside the page, so that drawing never waits. In: `{id, shape, part, facts}`; out: `{id, result}`. */
import { statisticsOf } from "./statistics.js";

self.onmessage = ({ data: { id, shape, part, facts } }) => self.postMessage({ id, result: statisticsOf(shape, part, facts) });
