// The bare C libraries: PROGRAM FOLDER SYNTAX SECONDS, see Sources/codecs. Built once for each, with the library's name defined.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static unsigned char *input;
static size_t length;
typedef struct { int rows, columns, samples, bytes, stored; } Shape;

#if defined(LIBJPEG) || defined(GDCMJPEG12)
#ifdef GDCMJPEG12
#include <gdcm-3.0/gdcmjpeg/12/jpegcmake.h>
#define JCONFIG_INCLUDED
#include <gdcm-3.0/gdcmjpeg/jpeglib.h>
#else
#include <jpeglib.h>
#endif
#define IS_LOSSY 1
static void nothing(j_decompress_ptr c) { (void)c; }
static boolean fill(j_decompress_ptr c) { (void)c; return FALSE; }
static void skip(j_decompress_ptr c, long n) { c->src->next_input_byte += n; c->src->bytes_in_buffer -= n; }
static int takes(Shape shape) { return shape.bytes == sizeof(JSAMPLE); }
static int decode(unsigned char *output, size_t size, Shape shape) {
  struct jpeg_decompress_struct c; struct jpeg_error_mgr e; struct jpeg_source_mgr s;
  size_t row = size / shape.rows;
  c.err = jpeg_std_error(&e);
  jpeg_create_decompress(&c);
  s.next_input_byte = input; s.bytes_in_buffer = length;
  s.init_source = nothing; s.fill_input_buffer = fill; s.skip_input_data = skip; s.resync_to_restart = jpeg_resync_to_restart; s.term_source = nothing;
  c.src = &s;
  jpeg_read_header(&c, TRUE);
  c.out_color_space = c.jpeg_color_space;  // samples as they are
  jpeg_start_decompress(&c);
  while (c.output_scanline < c.output_height) {
    JSAMPROW line = (JSAMPROW)(void *)(output + c.output_scanline * row);
    jpeg_read_scanlines(&c, &line, 1);
  }
  jpeg_finish_decompress(&c);
  jpeg_destroy_decompress(&c);
  return 0;
}
#endif

#ifdef CHARLS
#include <charls/charls.h>
static int takes(Shape shape) { return shape.stored > 8 || shape.bytes == 1; }
static int decode(unsigned char *output, size_t size, Shape shape) {
  charls_jpegls_decoder *decoder = charls_jpegls_decoder_create();
  int failed = charls_jpegls_decoder_set_source_buffer(decoder, input, length) || charls_jpegls_decoder_read_header(decoder)
      || charls_jpegls_decoder_decode_to_buffer(decoder, output, size, 0);
  charls_jpegls_decoder_destroy(decoder);
  return failed;
}
#endif

#ifdef LIBJXL
#include <jxl/decode.h>
// Words of fewer bits have to be scaled down from the library's full scale: that is ours to do, not the library's.
static int takes(Shape shape) { return shape.stored == 8 * shape.bytes; }
static int decode(unsigned char *output, size_t size, Shape shape) {
  JxlDecoder *decoder = JxlDecoderCreate(NULL);
  JxlPixelFormat format = {shape.samples, shape.bytes == 1 ? JXL_TYPE_UINT8 : JXL_TYPE_UINT16, JXL_LITTLE_ENDIAN, 0};
  JxlDecoderSubscribeEvents(decoder, JXL_DEC_FULL_IMAGE);
  JxlDecoderSetInput(decoder, input, length);
  JxlDecoderCloseInput(decoder);
  JxlDecoderStatus status = JxlDecoderProcessInput(decoder);
  if (status == JXL_DEC_NEED_IMAGE_OUT_BUFFER && JxlDecoderSetImageOutBuffer(decoder, &format, output, size) == JXL_DEC_SUCCESS)
    status = JxlDecoderProcessInput(decoder);
  JxlDecoderDestroy(decoder);
  return status != JXL_DEC_FULL_IMAGE;
}
#endif

#ifdef ZLIB
#include <zlib.h>
static int takes(Shape shape) { return 1; }
static int decode(unsigned char *output, size_t size, Shape shape) {
  z_stream stream = {0};
  inflateInit2(&stream, -15);
  stream.next_in = input; stream.avail_in = length; stream.next_out = output; stream.avail_out = size;
  int status = inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  return status != Z_STREAM_END;
}
#endif

#ifndef IS_LOSSY
#define IS_LOSSY 0
#endif

static double now(void) { struct timespec t; clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); return t.tv_sec + t.tv_nsec / 1e9; }

int main(int count, char **arguments) {
  char path[4096], line[8192], syntax[80], encoded[4096], name[80], native[4096];
  int allocated;
  Shape shape;
  if (count != 4) return 2;
  snprintf(path, sizeof path, "%s/encoded.tsv", arguments[1]);
  FILE *list = fopen(path, "r");
  if (!list) return 1;
  while (fgets(line, sizeof line, list)) {
    if (sscanf(line, "%79s %4095s %79s %4095s %d %d %d %d %d", syntax, encoded, name, native, &shape.rows, &shape.columns, &shape.samples, &allocated, &shape.stored) != 9) return 1;
    shape.bytes = allocated / 8;
    if (strcmp(syntax, arguments[2]) || !takes(shape)) continue;
    FILE *file = fopen(encoded, "r"), *expected = fopen(native, "r");
    size_t size = (size_t)shape.rows * shape.columns * shape.samples * shape.bytes;
    unsigned char *output = calloc(size, 1), *right = malloc(size);
    fseek(file, 0, SEEK_END); length = ftell(file); rewind(file);
    input = malloc(length);
    if (fread(input, 1, length, file) != length || fread(right, 1, size, expected) != size) return 1;
    double begin = now(), best = 1e9;
    do {
      double start = now();
      if (decode(output, size, shape)) { fprintf(stderr, "%s: not decoded\n", name); return 1; }
      double took = now() - start;
      if (took < best) best = took;
    } while (now() - begin < atof(arguments[3]));
    // Signed samples come back as bit patterns: only the bits that are stored are the codec's.
    for (size_t at = 0; !IS_LOSSY && at < size; at += shape.bytes) {
      unsigned mask = shape.stored >= 16 ? 0xFFFF : (1u << shape.stored) - 1;
      unsigned a = shape.bytes == 1 ? output[at] : output[at] | output[at + 1] << 8, b = shape.bytes == 1 ? right[at] : right[at] | right[at + 1] << 8;
      if ((a & mask) != (b & mask)) { fprintf(stderr, "%s: samples differ\n", name); return 1; }
    }
    printf("decode %s %s %f\n", name, syntax, size / best / 1e6);
    free(input); free(output); free(right); fclose(file); fclose(expected);
  }
  return 0;
}
