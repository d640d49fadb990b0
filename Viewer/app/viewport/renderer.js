/**
 * Which renderer draws: the graphics processor where it is one, the processor where WebGL2 is missing or only imitated
 * in software, which is several times slower than the CPU path. Told by measuring, not by the renderer's name.
 */
import { cpuRenderer } from "../cpu/image.js";
import { glRenderer } from "../gl/context.js";
import { transfer } from "../model/voi.js";

/** A GPU draws the trial picture in well under this; software takes three times as long and more. */
const slow = 8; // ms
const trial = { size: 512, target: 1024 };

let measured = null;

/** Milliseconds of one trial picture, 512² of 16 bit smoothed to 1024², until it is really there; Infinity without WebGL2. */
function glTime() {
  if (measured !== null) return measured;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = trial.target;
  const renderer = glRenderer(canvas, () => {});
  if (!renderer) return (measured = Infinity);
  const frame = { kind: "u16", samples: 1, rows: trial.size, columns: trial.size, array: new Uint16Array(trial.size ** 2) };
  const look = { transfer: transfer({ slope: 1, intercept: 0, name: "LINEAR", center: 9, width: 9 }), smooth: true };
  const half = trial.size / trial.target;
  const times = [1, 2, 3].map(() => {
    const start = performance.now();
    renderer.begin();
    renderer.draw({ x: 0, y: 0, width: trial.target, height: trial.target }, "trial", frame, look, [half, 0, 0, half, 0, 0]);
    renderer.finish();
    return performance.now() - start;
  });
  renderer.close();
  return (measured = Math.min(...times.slice(1))); // the first compiled and uploaded
}

/**
 * @param {"webgl2" | "cpu" | null} wanted null to let the measurement decide
 * @param {() => void} restored everything has to be drawn again
 */
export function rendererFor(canvas, wanted, restored) {
  const useGL = wanted ? wanted === "webgl2" : glTime() < slow;
  return (useGL ? glRenderer(canvas, restored) : null) ?? cpuRenderer(canvas);
}
