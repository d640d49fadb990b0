// JPEG 2000 with OpenJPEG: PROGRAM FOLDER SYNTAX SECONDS, see Sources/codecs.
// Decodes the encoded frames, and encodes the native ones without loss with the parameters that Isocenter chooses.
#include <openjpeg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct { uint8_t *bytes; size_t count, offset, capacity; } memory;
typedef struct { int rows, columns, components, allocated, stored, is_signed; } shape;

static double now(void) { struct timespec t; clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); return t.tv_sec + t.tv_nsec / 1e9; }

static OPJ_SIZE_T take(void *target, OPJ_SIZE_T wanted, void *context) {
  memory *m = context;
  size_t count = m->count - m->offset;
  if (count > wanted) count = wanted;
  if (count == 0) return (OPJ_SIZE_T)-1;
  memcpy(target, m->bytes + m->offset, count);
  m->offset += count;
  return count;
}
static OPJ_SIZE_T put(void *source, OPJ_SIZE_T count, void *context) {
  memory *m = context;
  if (m->offset + count > m->capacity) return (OPJ_SIZE_T)-1;
  memcpy(m->bytes + m->offset, source, count);
  m->offset += count;
  if (m->offset > m->count) m->count = m->offset;
  return count;
}
static OPJ_OFF_T skip(OPJ_OFF_T count, void *context) { ((memory *)context)->offset += count; return count; }
static OPJ_BOOL seek(OPJ_OFF_T place, void *context) { ((memory *)context)->offset = place; return OPJ_TRUE; }

static opj_stream_t *stream(memory *m, OPJ_BOOL reads) {
  opj_stream_t *s = opj_stream_create(1 << 20, reads);
  opj_stream_set_user_data(s, m, NULL);
  opj_stream_set_user_data_length(s, m->count);
  opj_stream_set_read_function(s, take);
  opj_stream_set_write_function(s, put);
  opj_stream_set_skip_function(s, skip);
  opj_stream_set_seek_function(s, seek);
  return s;
}

static void fail(const char *what) { fprintf(stderr, "%s\n", what); exit(1); }

static void decode(memory *m, uint8_t *output, shape f) {
  m->offset = 0;
  opj_codec_t *codec = opj_create_decompress(OPJ_CODEC_J2K);
  opj_dparameters_t parameters;
  opj_set_default_decoder_parameters(&parameters);
  opj_stream_t *input = stream(m, OPJ_TRUE);
  opj_image_t *image = NULL;
  if (!opj_setup_decoder(codec, &parameters) || !opj_read_header(input, codec, &image) || !opj_decode(codec, input, image)) fail("not decoded");
  size_t pixels = (size_t)f.rows * f.columns;
  for (int c = 0; c < f.components; c++) {
    const OPJ_INT32 *data = image->comps[c].data;
    if (f.allocated == 8) for (size_t i = 0; i < pixels; i++) output[i * f.components + c] = (uint8_t)data[i];
    else for (size_t i = 0; i < pixels; i++) ((uint16_t *)output)[i * f.components + c] = (uint16_t)data[i];
  }
  opj_image_destroy(image);
  opj_stream_destroy(input);
  opj_destroy_codec(codec);
}

static void encode(const uint8_t *native, memory *m, shape f) {
  m->offset = m->count = 0;
  opj_image_cmptparm_t components[3];
  memset(components, 0, sizeof components);
  for (int c = 0; c < f.components; c++) {
    components[c].dx = components[c].dy = 1;
    components[c].w = f.columns;
    components[c].h = f.rows;
    components[c].prec = f.stored;
    components[c].sgnd = f.is_signed;
  }
  opj_image_t *image = opj_image_create(f.components, components, f.components == 1 ? OPJ_CLRSPC_GRAY : OPJ_CLRSPC_SRGB);
  image->x1 = f.columns;
  image->y1 = f.rows;
  size_t pixels = (size_t)f.rows * f.columns;
  for (int c = 0; c < f.components; c++)
    for (size_t i = 0; i < pixels; i++) {
      size_t at = i * f.components + c;
      image->comps[c].data[i] = f.allocated == 8 ? (f.is_signed ? ((const int8_t *)native)[at] : native[at])
                                                 : (f.is_signed ? ((const int16_t *)native)[at] : ((const uint16_t *)native)[at]);
    }
  opj_cparameters_t parameters;
  opj_set_default_encoder_parameters(&parameters);
  int shorter = f.rows < f.columns ? f.rows : f.columns, levels = 0;
  while (shorter >> (levels + 1) > 0 && (levels < 5 || (shorter + (1 << levels) - 1) >> levels > 64)) levels++;
  parameters.numresolution = levels + 1;
  parameters.prog_order = OPJ_RPCL;
  parameters.tcp_numlayers = 1;
  parameters.cp_disto_alloc = 1;
  parameters.tcp_mct = f.components == 3;
  opj_codec_t *codec = opj_create_compress(OPJ_CODEC_J2K);
  opj_stream_t *output = stream(m, OPJ_FALSE);
  if (!opj_setup_encoder(codec, &parameters, image) || !opj_start_compress(codec, image, output) || !opj_encode(codec, output) ||
      !opj_end_compress(codec, output)) fail("not encoded");
  opj_stream_destroy(output);
  opj_destroy_codec(codec);
  opj_image_destroy(image);
}

static uint8_t *file(const char *path, size_t *count) {
  FILE *f = fopen(path, "rb");
  if (!f) { perror(path); exit(1); }
  fseek(f, 0, SEEK_END);
  *count = ftell(f);
  rewind(f);
  uint8_t *bytes = malloc(*count + 1);
  if (fread(bytes, 1, *count, f) != *count) fail("not read");
  fclose(f);
  return bytes;
}

int main(int count, char **arguments) {
  if (count != 4) fail("usage: codec_openjpeg FOLDER SYNTAX SECONDS");
  double seconds = atof(arguments[3]);
  char path[4096], line[8192], syntax[80], encoded[4096], name[80], native[4096], photometric[32];
  snprintf(path, sizeof path, "%s/encoded.tsv", arguments[1]);
  FILE *table = fopen(path, "r");
  if (!table) { perror(path); return 1; }
  while (fgets(line, sizeof line, table)) {
    shape f;
    if (sscanf(line, "%79s %4095s %79s %4095s %d %d %d %d %d %d %31s", syntax, encoded, name, native, &f.rows, &f.columns, &f.components, &f.allocated,
               &f.stored, &f.is_signed, photometric) != 11 || strcmp(syntax, arguments[2])) continue;
    memory m = {0};
    m.bytes = file(encoded, &m.count);
    size_t size;
    uint8_t *samples = file(native, &size), *output = malloc(size);
    double best = 1e9;
    for (double begin = now(); now() - begin < seconds;) {
      double start = now();
      decode(&m, output, f);
      if (now() - start < best) best = now() - start;
    }
    if (memcmp(output, samples, size)) fail("another picture");
    printf("decode %s %s %f\n", name, syntax, size / best / 1e6);
    memory out = {malloc(size * 2 + 65536), 0, 0, size * 2 + 65536};
    if (!strcmp(syntax, "1.2.840.10008.1.2.4.90")) {
      double start = now();
      encode(samples, &out, f);
      printf("encode %s %s %f\n", name, syntax, size / (now() - start) / 1e6);
    }
    free(out.bytes);
    free(output);
    free(samples);
    free(m.bytes);
  }
  return 0;
}
