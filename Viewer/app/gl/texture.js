/** Frames as textures of stored integers: exact on every GPU, no extension, no filtering by the hardware. */

/** Kind of frame → internal format, format, type, and the sampler that reads it. */
const formats = {
  u8: ["R8UI", "RED_INTEGER", "UNSIGNED_BYTE", "usampler2D"],
  i8: ["R8I", "RED_INTEGER", "BYTE", "isampler2D"],
  u16: ["R16UI", "RED_INTEGER", "UNSIGNED_SHORT", "usampler2D"],
  i16: ["R16I", "RED_INTEGER", "SHORT", "isampler2D"],
  u32: ["R32UI", "RED_INTEGER", "UNSIGNED_INT", "usampler2D"],
  i32: ["R32I", "RED_INTEGER", "INT", "isampler2D"],
  f32: ["R32F", "RED", "FLOAT", "sampler2D"],
  rgb8: ["RGB8UI", "RGB_INTEGER", "UNSIGNED_BYTE", "usampler2D"],
};

export const upload = (gl, { kind, columns, rows, array }) => made(gl, kind, columns, rows, array);

/** Overlays and shutters above a frame, see model/mask.js. */
export const uploadMask = (gl, { columns, rows, mask }) => made(gl, "u8", columns, rows, mask);

/** Greys of a table, 256 a row. */
export function uploadLevels(gl, values) {
  const rows = Math.ceil(values.length / 256);
  const whole = new Uint8Array(256 * rows);
  whole.set(values);
  return made(gl, "u8", 256, rows, whole);
}

function made(gl, kind, columns, rows, array) {
  const [internal, format, type, sampler] = formats[kind];
  const object = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, object);
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl[internal], columns, rows, 0, gl[format], gl[type], array);
  for (const name of ["TEXTURE_MIN_FILTER", "TEXTURE_MAG_FILTER"]) gl.texParameteri(gl.TEXTURE_2D, gl[name], gl.NEAREST);
  for (const name of ["TEXTURE_WRAP_S", "TEXTURE_WRAP_T"]) gl.texParameteri(gl.TEXTURE_2D, gl[name], gl.CLAMP_TO_EDGE);
  return { object, sampler };
}
