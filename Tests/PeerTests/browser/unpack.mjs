// Unpacks frames as the viewer does and prints the SHA-256 of the stored values: one line of JSON in, one hash out.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { unpack } from "../../../Viewer/app/model/pixels.js";

for await (const line of createInterface({ input: process.stdin })) {
  const { file, offset, length, image, bigEndian } = JSON.parse(line);
  try {
    const { array } = unpack(new Uint8Array(readFileSync(file)).subarray(offset, offset + length), image, bigEndian);
    console.log(createHash("sha256").update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength)).digest("hex"));
  } catch (error) {
    console.log(`error ${error.message}`);
  }
}
