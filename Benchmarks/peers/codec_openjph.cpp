// HTJ2K with OpenJPH: PROGRAM FOLDER SYNTAX SECONDS, see Sources/codecs.
// Decodes the encoded frames, and encodes the native ones without loss with the parameters that Isocenter chooses.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <vector>

#include <openjph/ojph_arch.h>
#include <openjph/ojph_base.h>
#include <openjph/ojph_codestream.h>
#include <openjph/ojph_file.h>
#include <openjph/ojph_mem.h>
#include <openjph/ojph_params.h>

struct Shape { int rows, columns, components, allocated, stored, is_signed; };

static double now() { timespec t; clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); return t.tv_sec + t.tv_nsec / 1e9; }

static std::vector<uint8_t> file(const char *path) {
  FILE *f = fopen(path, "rb");
  if (!f) { perror(path); exit(1); }
  fseek(f, 0, SEEK_END);
  std::vector<uint8_t> bytes(ftell(f));
  rewind(f);
  if (fread(bytes.data(), 1, bytes.size(), f) != bytes.size()) exit(1);
  fclose(f);
  return bytes;
}

static void decode(const std::vector<uint8_t> &bytes, uint8_t *output, Shape f) {
  ojph::mem_infile input;
  input.open(bytes.data(), bytes.size());
  ojph::codestream stream;
  stream.read_headers(&input);
  stream.set_planar(false);
  stream.create();
  for (int row = 0; row < f.rows; row++)
    for (int c = 0; c < f.components; c++) {
      ojph::ui32 pulled;
      const int32_t *values = stream.pull(pulled)->i32;
      size_t first = size_t(row) * f.columns * f.components + c;
      if (f.allocated == 8) for (int i = 0; i < f.columns; i++) output[first + i * f.components] = uint8_t(values[i]);
      else for (int i = 0; i < f.columns; i++) reinterpret_cast<uint16_t *>(output)[first + i * f.components] = uint16_t(values[i]);
    }
  stream.close();
}

static std::vector<uint8_t> encode(const uint8_t *native, Shape f) {
  ojph::codestream stream;
  ojph::param_siz siz = stream.access_siz();
  siz.set_image_extent(ojph::point(f.columns, f.rows));
  siz.set_num_components(f.components);
  for (int c = 0; c < f.components; c++) siz.set_component(c, ojph::point(1, 1), f.stored, f.is_signed);
  int shorter = f.rows < f.columns ? f.rows : f.columns, levels = 0;
  while (shorter >> (levels + 1) > 0 && (levels < 5 || (shorter + (1 << levels) - 1) >> levels > 64)) levels++;
  ojph::param_cod cod = stream.access_cod();
  cod.set_num_decomposition(levels);
  cod.set_block_dims(64, 64);
  cod.set_progression_order("RPCL");
  cod.set_color_transform(f.components == 3);
  cod.set_reversible(true);
  stream.set_planar(false);
  ojph::mem_outfile output;
  output.open();
  stream.write_headers(&output);
  ojph::ui32 next = 0;
  ojph::line_buf *line = stream.exchange(nullptr, next);
  for (int row = 0; row < f.rows; row++)
    for (int c = 0; c < f.components; c++) {
      size_t first = size_t(row) * f.columns * f.components + c;
      for (int i = 0; i < f.columns; i++) {
        size_t at = first + i * f.components;
        line->i32[i] = f.allocated == 8 ? (f.is_signed ? reinterpret_cast<const int8_t *>(native)[at] : native[at])
                                        : (f.is_signed ? reinterpret_cast<const int16_t *>(native)[at] : reinterpret_cast<const uint16_t *>(native)[at]);
      }
      line = stream.exchange(line, next);
    }
  stream.flush();
  std::vector<uint8_t> encoded(output.get_data(), output.get_data() + output.tell());
  stream.close();
  return encoded;
}

int main(int count, char **arguments) {
  if (count != 4) { fprintf(stderr, "usage: codec_openjph FOLDER SYNTAX SECONDS\n"); return 1; }
  double seconds = atof(arguments[3]);
  char path[4096], line[8192], syntax[80], encoded[4096], name[80], native[4096], photometric[32];
  snprintf(path, sizeof path, "%s/encoded.tsv", arguments[1]);
  FILE *table = fopen(path, "r");
  if (!table) { perror(path); return 1; }
  while (fgets(line, sizeof line, table)) {
    Shape f;
    if (sscanf(line, "%79s %4095s %79s %4095s %d %d %d %d %d %d %31s", syntax, encoded, name, native, &f.rows, &f.columns, &f.components, &f.allocated,
               &f.stored, &f.is_signed, photometric) != 11 || strcmp(syntax, arguments[2])) continue;
    std::vector<uint8_t> bytes = file(encoded), samples = file(native), output(samples.size());
    double best = 1e9;
    for (double begin = now(); now() - begin < seconds;) {
      double start = now();
      decode(bytes, output.data(), f);
      if (now() - start < best) best = now() - start;
    }
    if (output != samples) { fprintf(stderr, "another picture\n"); return 1; }
    printf("decode %s %s %f\n", name, syntax, samples.size() / best / 1e6);
    double start = now();
    encode(samples.data(), f);
    printf("encode %s %s %f\n", name, syntax, samples.size() / (now() - start) / 1e6);
  }
  return 0;
}
