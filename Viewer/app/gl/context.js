/** The one WebGL2 context of the page: drawing buffers, programs by sampler type, textures by frame key, loss and return. */
import { byteCache } from "../net/cache.js";
import { draw as drawImage, fragmentShader, vertexShader } from "./image.js";
import { program } from "./program.js";
import { upload, uploadLevels, uploadMask } from "./texture.js";

/** Bytes of textures kept on the GPU; frames themselves stay in the FrameStore. */
const textureBudget = 256 * 2 ** 20;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {() => void} restored called when everything has to be drawn again after a loss
 * @returns a renderer `{kind, lost, fits, begin, draw, finish, close}` or null where WebGL2 is missing
 */
export function glRenderer(canvas, restored) {
  const gl = canvas.getContext("webgl2", { alpha: false, antialias: false, depth: false, powerPreference: "high-performance" });
  if (!gl) return null;
  let programs = new Map(), textures = emptyTextures();
  let lost = false, closed = false;

  canvas.addEventListener("webglcontextlost", (event) => {
    lost = true;
    if (!closed) event.preventDefault(); // asks the browser to give it back
  });
  canvas.addEventListener("webglcontextrestored", () => {
    lost = false;
    programs = new Map(); // everything on the GPU is gone; the frames in memory are not
    textures = emptyTextures();
    restored();
  });

  function emptyTextures() {
    return byteCache(textureBudget, (texture) => gl.deleteTexture(texture.object));
  }
  function textureOf(key, bytes, make) {
    let texture = textures.get(key);
    if (!texture) {
      texture = make();
      textures.set(key, texture, bytes);
    }
    return texture;
  }
  function programOf(sampler) {
    if (!programs.has(sampler)) programs.set(sampler, program(gl, vertexShader, fragmentShader(sampler)));
    return programs.get(sampler);
  }

  const largest = gl.getParameter(gl.MAX_TEXTURE_SIZE);
  return {
    kind: "webgl2",
    get lost() { return lost; },
    /** Whether an image of this size can be a texture here. */
    fits: (rows, columns) => Math.max(rows, columns) <= largest,
    /** Frees the GPU at once; a browser keeps only a few contexts alive. */
    close() {
      closed = true;
      gl.getExtension("WEBGL_lose_context")?.loseContext();
    },
    begin() {
      gl.disable(gl.SCISSOR_TEST);
      gl.clearColor(0, 0, 0, 1);
      gl.clear(gl.COLOR_BUFFER_BIT);
      gl.enable(gl.SCISSOR_TEST);
    },
    /** Waits until everything drawn is really there. */
    finish() { gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4)); },
    /** Draws one frame into a rectangle (device pixels, y from the top). */
    draw(rectangle, key, frame, look, view) {
      const { table } = look;
      const masked = look.planes && frame.mask;
      textures.pin([key, `levels ${table?.key}`, `mask ${key}`]); // what one drawing needs together
      const pixels = textureOf(key, frame.array.byteLength, () => upload(gl, frame));
      const levels = table && textureOf(`levels ${table.key}`, table.values.length, () => uploadLevels(gl, table.values));
      const mask = masked && textureOf(`mask ${key}`, frame.mask.length, () => uploadMask(gl, frame));
      const bottom = canvas.height - rectangle.y - rectangle.height;
      gl.viewport(rectangle.x, bottom, rectangle.width, rectangle.height);
      gl.scissor(rectangle.x, bottom, rectangle.width, rectangle.height);
      drawImage(gl, programOf(pixels.sampler), { pixels, levels, mask }, frame, look, view, { x: rectangle.x, top: canvas.height - rectangle.y });
    },
  };
}
