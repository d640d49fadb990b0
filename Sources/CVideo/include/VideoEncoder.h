#ifndef ISOCENTER_VIDEO_ENCODER_H
#define ISOCENTER_VIDEO_ENCODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Pictures to H.264 in fragmented MP4, by libav where its headers were there when this was compiled.

typedef struct VideoEncoder VideoEncoder;

// Takes bytes of the file in their order; false ends the encoding.
typedef bool (*VideoEncoderWrite)(void *context, const uint8_t *bytes, size_t count);

// Whether this build can encode at all.
bool video_encoder_is_available(void);

// NULL with the reason in `error`, a string of at most `error_size` bytes.
VideoEncoder *video_encoder_open(
    int width, int height, VideoEncoderWrite write, void *context, char *error, size_t error_size);

// One picture, R, G, B of 8 bits, row by row, shown for so many milliseconds. False with the reason in `error`.
bool video_encoder_append(VideoEncoder *encoder, const uint8_t *levels, double milliseconds, char *error, size_t error_size);

// What is still to be written. The encoder is to be closed whatever this returns.
bool video_encoder_finish(VideoEncoder *encoder, char *error, size_t error_size);

void video_encoder_close(VideoEncoder *encoder);

#endif
