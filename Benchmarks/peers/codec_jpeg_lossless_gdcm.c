// JPEG lossless with GDCM's build of the IJG library: PROGRAM FOLDER SYNTAX SECONDS, see Sources/codecs.
// Built twice, with BITS 8 and 16: the library comes once for each width; frames of the other width are left out.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#if BITS == 8
#include <gdcm-3.0/gdcmjpeg/8/jpegcmake.h>
#else
#include <gdcm-3.0/gdcmjpeg/16/jpegcmake.h>
#endif
#define JCONFIG_INCLUDED
#include <gdcm-3.0/gdcmjpeg/jpeglib.h>

static unsigned char *input; static size_t length;
static void nothing(j_decompress_ptr c) { (void)c; }
static boolean fill(j_decompress_ptr c) { (void)c; return FALSE; }
static void skip(j_decompress_ptr c, long n) { c->src->next_input_byte += n; c->src->bytes_in_buffer -= n; }
static double now(void) { struct timespec t; clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); return t.tv_sec + t.tv_nsec / 1e9; }

static void decode(unsigned char *output, size_t row) {
  struct jpeg_decompress_struct c; struct jpeg_error_mgr e; struct jpeg_source_mgr s;
  c.err = jpeg_std_error(&e);
  jpeg_create_decompress(&c);
  s.next_input_byte = input; s.bytes_in_buffer = length;
  s.init_source = nothing; s.fill_input_buffer = fill; s.skip_input_data = skip; s.resync_to_restart = jpeg_resync_to_restart; s.term_source = nothing;
  c.src = &s;
  jpeg_read_header(&c, TRUE);
  c.jpeg_color_space = c.out_color_space = JCS_UNKNOWN; // samples as they are
  jpeg_start_decompress(&c);
  while (c.output_scanline < c.output_height) {
    JSAMPROW line = (JSAMPROW)(output + c.output_scanline * row);
    jpeg_read_scanlines(&c, &line, 1);
  }
  jpeg_finish_decompress(&c);
  jpeg_destroy_decompress(&c);
}

int main(int count, char **arguments) {
  char path[4096], line[8192], syntax[80], encoded[4096], name[80], native[4096];
  int rows, columns, samples, bits;
  if (count != 4) return 2;
  snprintf(path, sizeof path, "%s/encoded.tsv", arguments[1]);
  FILE *list = fopen(path, "r");
  if (!list) return 1;
  while (fgets(line, sizeof line, list)) {
    if (sscanf(line, "%79s %4095s %79s %4095s %d %d %d %d", syntax, encoded, name, native, &rows, &columns, &samples, &bits) != 8) return 1;
    if (strcmp(syntax, arguments[2]) || bits != BITS) continue;
    FILE *file = fopen(encoded, "r"), *expected = fopen(native, "r");
    size_t row = (size_t)columns * samples * (bits / 8), size = row * rows;
    unsigned char *output = malloc(size), *right = malloc(size);
    fseek(file, 0, SEEK_END); length = ftell(file); rewind(file);
    input = malloc(length);
    if (fread(input, 1, length, file) != length || fread(right, 1, size, expected) != size) return 1;
    double begin = now(), best = 1e9;
    do { double start = now(); decode(output, row); double took = now() - start; if (took < best) best = took; } while (now() - begin < atof(arguments[3]));
    if (memcmp(output, right, size)) { fprintf(stderr, "%s: samples differ\n", name); return 1; }
    printf("decode %s %s %f\n", name, syntax, size / best / 1e6);
    free(input); free(output); free(right); fclose(file); fclose(expected);
  }
  return 0;
}
