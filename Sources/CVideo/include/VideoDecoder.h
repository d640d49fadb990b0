#ifndef ISOCENTER_VIDEO_DECODER_H
#define ISOCENTER_VIDEO_DECODER_H

// MPEG-2, H.264 and HEVC by libav, where it was there when this was compiled: Debian builds it under the GPL.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Fills at most `count` bytes from `offset` on. Returns how many, 0 at the end, negative on errors.
typedef int (*VideoDecoderRead)(void *context, int64_t offset, uint8_t *bytes, int count);

typedef struct {
    int32_t columns, rows;
    // 0 where nothing tells; counted means by the container's table or packet by packet, else from the duration.
    int64_t frames;
    bool frames_are_counted;
    // Seconds; 0 where nothing tells.
    double duration;
    // Frames per second.
    int32_t rate_numerator, rate_denominator;
    // Significant bits of a sample.
    int32_t bits;
    char codec[32], container[64], pixel_format[32];
} VideoDecoderSummary;

typedef struct {
    // 601, 709, 2020; as the stream says, or else as its size suggests.
    int32_t matrix;
    bool matrix_is_said, is_full_range;
} VideoDecoderColour;

// False: compiled without libav, the functions below fail and say so.
bool video_decoder_is_available(void);

// Returns 0, or 1 with words in message. Streams of up to `count_up_to` bytes are counted packet by packet.
int video_decoder_summarise(VideoDecoderRead read, void *context, int64_t length, int64_t count_up_to,
                              VideoDecoderSummary *summary, char *message, size_t message_size);

// Frame `index` in the order of display, from 0, as RGB of 8 bits, or of 16 bits, little endian, for `bits` above 8:
// then in the low `bits`. Nothing is written beyond columns x rows x 3 samples.
int video_decoder_frame(VideoDecoderRead read, void *context, int64_t length, int64_t index, int32_t columns, int32_t rows,
                          int32_t bits, uint8_t *samples, VideoDecoderColour *colour, char *message, size_t message_size);

#endif
