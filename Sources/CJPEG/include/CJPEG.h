#ifndef ISOCENTER_CJPEG_H
#define ISOCENTER_CJPEG_H

// Frames of DCT coded JPEG (ISO/IEC 10918-1): 8 bits by libjpeg-turbo, 12 bits by GDCM's build of the IJG library.
// Samples are those of the code stream: chroma is upsampled, colours are not converted.
// setjmp and longjmp stay in here; what went wrong comes out as a status and the library's words.

#include <stddef.h>
#include <stdint.h>

typedef struct {
    int32_t columns, rows, components;
    /// Of a sample outside the library: 1, 2 or 4, little endian; at least 2 for 12 bits.
    int32_t bytesPerSample;
} CJPEGShape;

typedef enum {
    CJPEGDone = 0,
    /// The stream contradicts the standard, itself or the shape asked for; or it is damaged.
    CJPEGInvalid,
    /// It ended before the last sample.
    CJPEGTruncated,
    /// A process the library was not built with.
    CJPEGUnsupported,
    /// More memory is needed than the library may have.
    CJPEGTooLarge,
} CJPEGStatus;

/// Room for the library's words, with their final zero.
enum { CJPEGMessageSize = 256 };

/// Fills `samples`: rows x columns x components.
///
/// `memory` is the most the library may allocate: streams of several scans are held whole as coefficients.
CJPEGStatus CJPEG8Decode(const uint8_t *encoded, size_t size, CJPEGShape shape, size_t memory, void *samples, char *message);
CJPEGStatus CJPEG12Decode(const uint8_t *encoded, size_t size, CJPEGShape shape, size_t memory, void *samples, char *message);

typedef enum {
    CJPEGGrey,
    /// Converted to YCbCr by the library.
    CJPEGRGB,
    CJPEGYCbCr,
} CJPEGColour;

/// Sequential, Huffman coded. `*encoded` belongs to the caller and goes by free(), whatever the status is.
CJPEGStatus CJPEG8Encode(
    const void *samples, CJPEGShape shape, CJPEGColour colour, int halvesChroma, int quality, uint8_t **encoded, size_t *size,
    char *message);
CJPEGStatus CJPEG12Encode(
    const void *samples, CJPEGShape shape, CJPEGColour colour, int halvesChroma, int quality, uint8_t **encoded, size_t *size,
    char *message);

#endif
