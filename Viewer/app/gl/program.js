/** Compiles and links; uniforms by name. */
export function program(gl, vertex, fragment) {
  const object = gl.createProgram();
  for (const [type, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
    const shader = gl.createShader(type);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(object, shader);
    gl.deleteShader(shader);
  }
  gl.linkProgram(object);
  if (!gl.getProgramParameter(object, gl.LINK_STATUS) && !gl.isContextLost()) {
    const logs = gl.getAttachedShaders(object).map((shader) => gl.getShaderInfoLog(shader));
    throw new Error(`shader: ${[gl.getProgramInfoLog(object), ...logs].join("\n")}`);
  }
  const uniforms = {};
  const count = gl.getProgramParameter(object, gl.ACTIVE_UNIFORMS) ?? 0;
  for (let n = 0; n < count; n++) {
    const { name } = gl.getActiveUniform(object, n);
    uniforms[name] = gl.getUniformLocation(object, name);
  }
  return { object, uniforms };
}
