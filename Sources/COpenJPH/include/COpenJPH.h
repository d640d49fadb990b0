#ifndef ISOCENTER_COPENJPH_H
#define ISOCENTER_COPENJPH_H

// OpenJPH is C++ and throws: what is declared here catches every exception and hands its words out.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// What a code stream is to be, or turned out to be.
typedef struct {
    uint32_t columns, rows, components;
    uint32_t precision;
    bool is_signed;
    // 5-3 wavelet, exact; else 9-7 with this quantisation step of the finest level, 1 being the whole range.
    bool is_reversible;
    float step;
    // RCT or ICT over three components.
    bool transforms_colour;
    uint32_t decompositions;
} isocenter_openjph_image;

// Takes (decoding) or fills (encoding) one row of one component; 0 stops with an error.
typedef int (*isocenter_openjph_row)(void *context, uint32_t component, uint32_t row, int32_t *values, size_t count);

// Rows are handed out in order, all components of a row together. The shape must be the one the caller has checked.
// Returns 0, or 1 with the library's words, ended by a zero, in message.
int isocenter_openjph_decode(const uint8_t *bytes, size_t size, const isocenter_openjph_image *expected,
                             isocenter_openjph_row row, void *context, char *message, size_t message_size);

// In RPCL order with code blocks of 64 x 64 in one tile. Takes the code stream away from the library by `written`,
// which is called once.
int isocenter_openjph_encode(const isocenter_openjph_image *image, isocenter_openjph_row row, void *context,
                             void (*written)(void *context, const uint8_t *bytes, size_t size), char *message, size_t message_size);

#ifdef __cplusplus
}
#endif

#endif
