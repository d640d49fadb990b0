/**
 * Decodes frames with the archive's own codecs, which are WebAssembly made of the same Swift sources as the server's.
 *
 *     const decoder = await loadDecoder();                       // fails where codecs.wasm was not built: ask the server for pixels then
 *     const { bytes, description } = decoder.decode(uid, encoded, image);
 *     const frame = unpack(bytes, description);                   // model/pixels.js
 *
 * A decoder belongs to one thread; calls are synchronous. All memory of a frame is free again when `decode` returns.
 */

/** Why a frame was not decoded, in words. */
export class DecodeError extends Error {}

/** Transfer syntax → codec of the module. */
const codecs = new Map([
  ["1.2.840.10008.1.2.5", { name: "RLE", number: 1 }],
  ["1.2.840.10008.1.2.4.57", { name: "JPEG Lossless", number: 2 }],
  ["1.2.840.10008.1.2.4.70", { name: "JPEG Lossless", number: 2 }],
]);

/** Whether frames of this transfer syntax are decoded here. */
export const decodes = (transferSyntax) => codecs.has(transferSyntax);

/** Bytes of a frame, encoded or not, that a page may ask for: 1 GiB. */
const mostBytes = 2 ** 30;
/** A module that has grown beyond this is given up after the frame, for its memory never shrinks. */
const mostKept = 2 ** 27;

/**
 * @param source a `WebAssembly.Module`, its bytes, or where they are
 * @returns {Promise<{decode: Function}>}
 */
export async function loadDecoder(source = new URL("codecs.wasm", import.meta.url)) {
  const module = source instanceof WebAssembly.Module ? source : await WebAssembly.compile(await bytesOf(source));
  let running = null;
  const exports = () => (running ??= new WebAssembly.Instance(module).exports);

  /**
   * @param {string} transferSyntax of the frame
   * @param {Uint8Array} encoded its fragments, put together
   * @param description rows, columns, samplesPerPixel, bitsAllocated, photometricInterpretation … of the image
   * @returns `{bytes, description}`: the frame in native encoding, interleaved, little endian, and what it is now
   * @throws {DecodeError}
   */
  function decode(transferSyntax, encoded, description) {
    const codec = codecs.get(transferSyntax);
    if (!codec) throw new DecodeError(`frames in ${transferSyntax} are not decoded here`);
    const { rows, columns, samplesPerPixel: samples = 1, bitsAllocated } = description;
    const count = bitsAllocated === 1 ? Math.ceil((rows * columns * samples) / 8) : (rows * columns * samples * bitsAllocated) / 8;
    if (!(count > 0 && count <= mostBytes) || encoded.length > mostBytes) {
      throw new DecodeError(`frame of ${columns} × ${rows} pixels, ${encoded.length} bytes packed`);
    }
    let bytes, colour;
    try {
      const wasm = exports();
      const input = wasm.allocate(encoded.length), output = wasm.allocate(count);
      if (!input || !output) throw new DecodeError(`no memory for a frame of ${count} bytes`);
      new Uint8Array(wasm.memory.buffer, input, encoded.length).set(encoded);
      const failed = wasm.decode(codec.number, input, encoded.length, rows, columns, samples, bitsAllocated, output, count);
      if (failed) {
        const reason = new TextDecoder().decode(new Uint8Array(wasm.memory.buffer, wasm.reason(), wasm.reasonLength()));
        throw new DecodeError(`${codec.name}: ${reason}, at byte ${wasm.failedAt()} of the frame`);
      }
      colour = wasm.colour();
      bytes = new Uint8Array(wasm.memory.buffer, output, count).slice();
      wasm.release(output);
      wasm.release(input);
      if (wasm.memory.buffer.byteLength > mostKept) running = null;
    } catch (error) {
      running = null; // whatever it left behind goes with it
      throw error instanceof DecodeError ? error : new DecodeError(`${codec.name}: ${error.message}`);
    }
    return { bytes, description: { ...description, planarConfiguration: 0, photometricInterpretation: delivered(colour, description.photometricInterpretation) } };
  }
  return { decode };
}

/** As the server's codecs say it: the stream's word, else the label's; chroma is not shared between pixels. */
function delivered(colour, label) {
  if (colour === 1) return "RGB";
  if (colour === 2) return "YBR_FULL";
  return label === "YBR_FULL_422" ? "YBR_FULL" : label;
}

async function bytesOf(source) {
  if (!(source instanceof URL)) return source;
  const response = await fetch(source);
  if (!response.ok) throw new DecodeError(`${source.pathname}: ${response.status}; it is made by Tools/build-wasm`);
  return response.arrayBuffer();
}
