/**
 * The image shader: stored values → modality rescale and VOI (folded, see model/voi.js) → MONOCHROME1 or the reader's
 * inversion → screen; colour frames are shown as they are. Interpolation happens on stored values, before the VOI.
 * Where a modality or VOI table takes part, the grey of every stored value comes from a table; overlays and shutters lie in a
 * mask above. Its twin on the CPU is cpu/image.js.
 */
import { kinds } from "../model/voi.js";

export const vertexShader = `#version 300 es
void main() { // one triangle that covers the rectangle
  gl_Position = vec4(vec2((gl_VertexID << 1) & 2, gl_VertexID & 2) * 2.0 - 1.0, 0.0, 1.0);
}`;

export const fragmentShader = (sampler) => `#version 300 es
precision highp float;
precision highp int;
precision highp ${sampler};
uniform ${sampler} pixels;
uniform ivec2 size;        // columns, rows
uniform mat3 toImage;      // viewport pixels, y downwards -> image pixels, (0,0) the outer corner of the first
uniform vec2 corner;       // window coordinates of the viewport's top left
uniform bool smoothed;
uniform float taps;        // samples a side in one screen pixel, for images larger than the screen
uniform bool colour;
uniform int voiKind;
uniform float origin, scale, offset;
uniform bool tabled;
uniform highp usampler2D levels;   // greys of stored values from origin on, 256 a row
uniform int levelCount;
uniform bool masked;
uniform highp usampler2D mask;     // bit 0 an overlay, bit 1 a shutter
uniform float shutter;             // grey of what is hidden
uniform bool inverted;
uniform bool padded;
uniform vec2 padding;      // lowest and highest, relative to origin
out vec4 result;

// Stored value relative to the origin; 16-bit integers subtract exactly.
float stored(ivec2 at) {
  at = clamp(at, ivec2(0), size - 1);
  ${sampler === "sampler2D" ? "return texelFetch(pixels, at, 0).r - origin;" : ""}
  ${sampler === "isampler2D" ? "return float(texelFetch(pixels, at, 0).r - int(origin));" : ""}
  ${sampler === "usampler2D" ? "return float(int(texelFetch(pixels, at, 0).r) - int(origin));" : ""}
}

float display(float value) {
  if (tabled) {
    int n = clamp(int(floor(value + 0.5)), 0, levelCount - 1);
    return float(texelFetch(levels, ivec2(n & 255, n >> 8), 0).r);
  }
  float d = value * scale + offset;
  if (voiKind == ${kinds.sigmoid}) d = 255.0 / (1.0 + exp(d));
  else if (voiKind == ${kinds.step}) d = d > 0.0 ? 255.0 : 0.0;
  return floor(clamp(d, 0.0, 255.0) + 0.5);
}

bool isPadding(float value) { return padded && value >= padding.x && value <= padding.y; }

// x: value, y: whether it is padding. A padding neighbour is never mixed into a value.
vec2 grey(vec2 p) {
  ivec2 nearest = ivec2(floor(p));
  float value = stored(nearest);
  bool hole = isPadding(value);
  if (!smoothed || hole) return vec2(value, hole ? 1.0 : 0.0);
  vec2 q = p - 0.5;
  ivec2 i = ivec2(floor(q));
  vec2 f = q - vec2(i);
  float a = stored(i), b = stored(i + ivec2(1, 0)), c = stored(i + ivec2(0, 1)), d = stored(i + ivec2(1, 1));
  if (isPadding(a) || isPadding(b) || isPadding(c) || isPadding(d)) return vec2(value, 0.0);
  return vec2(mix(mix(a, b, f.x), mix(c, d, f.x), f.y), 0.0);
}

uint above(vec2 p) { return texelFetch(mask, clamp(ivec2(floor(p)), ivec2(0), size - 1), 0).r; }

vec3 rgbAt(ivec2 at) { return vec3(texelFetch(pixels, clamp(at, ivec2(0), size - 1), 0).rgb); }
vec3 rgb(vec2 p) {
  if (!smoothed) return rgbAt(ivec2(floor(p)));
  vec2 q = p - 0.5;
  ivec2 i = ivec2(floor(q));
  vec2 f = q - vec2(i);
  return mix(mix(rgbAt(i), rgbAt(i + ivec2(1, 0)), f.x), mix(rgbAt(i + ivec2(0, 1)), rgbAt(i + ivec2(1, 1)), f.x), f.y);
}

void main() {
  vec2 at = vec2(gl_FragCoord.x - corner.x, corner.y - gl_FragCoord.y);
  vec2 middle = (toImage * vec3(at, 1.0)).xy;
  if (any(lessThan(middle, vec2(0.0))) || any(greaterThanEqual(middle, vec2(size)))) { result = vec4(0.0, 0.0, 0.0, 1.0); return; }
  vec3 sum = vec3(0.0);
  float count = 0.0;
  bool hole = false;
  uint marks = 0u;
  for (float y = 0.5; y < taps; y += 1.0) for (float x = 0.5; x < taps; x += 1.0) {
    vec2 p = (toImage * vec3(at + vec2(x, y) / taps - 0.5, 1.0)).xy;
    if (masked) marks |= above(p) & 1u; // thin lines stay in a small picture
    if (colour) { sum += rgb(p); count += 1.0; continue; }
    vec2 value = grey(p);
    if (value.y > 0.0) { hole = true; continue; }
    sum.x += value.x;
    count += 1.0;
  }
  vec3 shown = vec3(0.0); // padding is black, also where low values are white
  if (count > 0.0) {
    shown = colour ? floor(sum / count + 0.5) : vec3(display(sum.x / count));
    if (inverted) shown = 255.0 - shown;
  }
  if (masked) {
    if ((above(middle) & 2u) != 0u) shown = vec3(shutter);
    if (marks != 0u) shown = vec3(floor(dot(shown, vec3(299.0, 587.0, 114.0)) / 1000.0) > 128.0 ? 0.0 : 255.0);
  }
  result = vec4(shown / 255.0, 1.0);
}`;

/** Samples a side for an image shown smaller than it is, bounded so that software rendering stays usable. */
const mostTaps = 4;

/**
 * @param textures `{pixels, levels, mask}`: of the frame, of the look's table, of the frame's mask; the last two may be null
 * @param look `{table, transfer, inverted, padding, planes, shutter, smooth}`; table and transfer null for colour
 * @param toImage the inverse of the view's matrix
 * @param corner window coordinates of the rectangle's left and top
 */
export function draw(gl, { object, uniforms }, textures, frame, look, toImage, corner) {
  const [a, b, c, d, e, f] = toImage;
  const step = Math.max(Math.hypot(a, c), Math.hypot(b, d)); // image pixels a screen pixel
  gl.useProgram(object);
  [["pixels", textures.pixels], ["levels", textures.levels], ["mask", textures.mask]].forEach(([name, texture], unit) => {
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, texture?.object ?? null);
    gl.uniform1i(uniforms[name], unit);
  });
  gl.uniform2i(uniforms.size, frame.columns, frame.rows);
  gl.uniformMatrix3fv(uniforms.toImage, false, [a, c, 0, b, d, 0, e, f, 1]);
  gl.uniform2f(uniforms.corner, corner.x, corner.top);
  gl.uniform1i(uniforms.smoothed, look.smooth ? 1 : 0);
  gl.uniform1f(uniforms.taps, look.smooth ? Math.min(mostTaps, Math.max(1, Math.ceil(step / 1.5))) : 1);
  gl.uniform1i(uniforms.colour, frame.samples === 3 ? 1 : 0);
  const transfer = look.transfer ?? { kind: kinds.ramp, origin: look.table?.first ?? 0, scale: 1, offset: 0 };
  gl.uniform1i(uniforms.tabled, textures.levels ? 1 : 0);
  gl.uniform1i(uniforms.levelCount, look.table?.values.length ?? 1);
  gl.uniform1i(uniforms.masked, textures.mask ? 1 : 0);
  gl.uniform1f(uniforms.shutter, look.shutter ?? 0);
  gl.uniform1i(uniforms.voiKind, transfer.kind);
  gl.uniform1f(uniforms.origin, transfer.origin);
  gl.uniform1f(uniforms.scale, transfer.scale);
  gl.uniform1f(uniforms.offset, transfer.offset);
  gl.uniform1i(uniforms.inverted, look.inverted ? 1 : 0);
  gl.uniform1i(uniforms.padded, look.padding && frame.samples === 1 ? 1 : 0);
  gl.uniform2f(uniforms.padding, (look.padding?.[0] ?? 0) - transfer.origin, (look.padding?.[1] ?? 0) - transfer.origin);
  gl.drawArrays(gl.TRIANGLES, 0, 3);
}
