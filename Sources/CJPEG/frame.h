// One frame through the IJG interface; compiled once for each width of JSAMPLE, as DECODE and ENCODE.

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "CJPEG.h"

/// Rows handed over at once: as many as the library makes of one row of blocks.
enum { rowsAtOnce = 16 };

typedef struct {
    // First, so that the library's pointer to it is a pointer to all of this.
    struct jpeg_error_mgr library;
    jmp_buf escape;
    char *message;
    CJPEGStatus status;
    boolean readsHeader;
    // The stream has been read to its last byte, and an end of image was made up.
    boolean hasEnded;
} Failure;

static void fail(j_common_ptr library) {
    Failure *failure = (Failure *)library->err;
    char words[JMSG_LENGTH_MAX];
    failure->library.format_message(library, words);
    strncpy(failure->message, words, CJPEGMessageSize - 1);
    failure->message[CJPEGMessageSize - 1] = 0;
    switch (failure->library.msg_code) {
    case JERR_ARITH_NOTIMPL:
    case JERR_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_SOF_UNSUPPORTED:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_CCIR601_NOTIMPL:
        failure->status = CJPEGUnsupported;
        break;
    case JERR_OUT_OF_MEMORY:
    case JERR_NO_BACKING_STORE:
        failure->status = CJPEGTooLarge;
        break;
    default:
        failure->status = failure->hasEnded ? CJPEGTruncated : CJPEGInvalid;
    }
    longjmp(failure->escape, 1);
}

/// The library goes on after damage with samples it made up; here damage is an error.
static void emit(j_common_ptr library, int level) {
    Failure *failure = (Failure *)library->err;
    if (level >= 0) return;
    switch (failure->library.msg_code) {
    // About the header alone, or without bearing on samples.
    case JWRN_ADOBE_XFORM:
    case JWRN_JFIF_MAJOR:
    case JWRN_NOT_SEQUENTIAL:
        return;
    case JWRN_EXTRANEOUS_DATA:
        if (failure->readsHeader) return;
    }
    fail(library);
}

static void output(j_common_ptr library) { (void)library; }

static struct jpeg_error_mgr *catching(Failure *failure, char *message, struct jpeg_error_mgr *(*defaults)(struct jpeg_error_mgr *)) {
    memset(failure, 0, sizeof *failure);
    failure->message = message;
    message[0] = 0;
    defaults(&failure->library);
    failure->library.error_exit = fail;
    failure->library.emit_message = emit;
    failure->library.output_message = output;
    return &failure->library;
}

// MARK: Decoding

static void begin(j_decompress_ptr library) { (void)library; }

/// Called where the stream is at its end. The entropy decoder complains only if it really misses bits.
static boolean refill(j_decompress_ptr library) {
    static const JOCTET endOfImage[] = {0xFF, JPEG_EOI};
    ((Failure *)library->err)->hasEnded = TRUE;
    library->src->next_input_byte = endOfImage;
    library->src->bytes_in_buffer = sizeof endOfImage;
    return TRUE;
}

static void skip(j_decompress_ptr library, long count) {
    if (count <= 0) return;
    if ((size_t)count > library->src->bytes_in_buffer) {
        refill(library);
        return;
    }
    library->src->next_input_byte += count;
    library->src->bytes_in_buffer -= (size_t)count;
}

static void widen(const JSAMPLE *from, void *to, size_t count, int bytes) {
    if (bytes == 1) for (size_t i = 0; i < count; i++) ((uint8_t *)to)[i] = (uint8_t)from[i];
    if (bytes == 2) for (size_t i = 0; i < count; i++) ((uint16_t *)to)[i] = (uint16_t)from[i];
    if (bytes == 4) for (size_t i = 0; i < count; i++) ((uint32_t *)to)[i] = (uint32_t)from[i];
}

CJPEGStatus DECODE(const uint8_t *encoded, size_t size, CJPEGShape shape, size_t memory, void *samples, char *message) {
    struct jpeg_decompress_struct library;
    struct jpeg_source_mgr source;
    Failure failure;
    memset(&library, 0, sizeof library);
    library.err = catching(&failure, message, jpeg_std_error);
    if (setjmp(failure.escape)) {
        jpeg_destroy_decompress(&library);
        return failure.status;
    }
    jpeg_create_decompress(&library);
    library.mem->max_memory_to_use = (long)memory;

    source.next_input_byte = encoded;
    source.bytes_in_buffer = size;
    source.init_source = begin;
    source.fill_input_buffer = refill;
    source.skip_input_data = skip;
    source.resync_to_restart = jpeg_resync_to_restart;
    source.term_source = begin;
    library.src = &source;

    failure.readsHeader = TRUE;
    (void)jpeg_read_header(&library, TRUE);
    failure.readsHeader = FALSE;
    if ((int32_t)library.image_width != shape.columns || (int32_t)library.image_height != shape.rows
        || library.num_components != shape.components || shape.bytesPerSample < (int32_t)sizeof(JSAMPLE)) {
        jpeg_destroy_decompress(&library);
        strncpy(message, "the frame header differs from what was read before", CJPEGMessageSize - 1);
        return CJPEGInvalid;
    }
    // The same on both sides: nothing is converted.
    library.jpeg_color_space = library.out_color_space = shape.components == 1 ? JCS_GRAYSCALE : JCS_UNKNOWN;
    library.do_block_smoothing = FALSE;
    (void)jpeg_start_decompress(&library);
    if (failure.hasEnded && jpeg_has_multiple_scans(&library)) {
        jpeg_destroy_decompress(&library);
        strncpy(message, "the last scan has no end", CJPEGMessageSize - 1);
        return CJPEGTruncated;
    }

    size_t count = (size_t)shape.columns * (size_t)shape.components;
    size_t rowBytes = count * (size_t)shape.bytesPerSample;
    boolean direct = shape.bytesPerSample == (int32_t)sizeof(JSAMPLE);
    JSAMPARRAY buffer = direct ? NULL
        : library.mem->alloc_sarray((j_common_ptr)&library, JPOOL_IMAGE, (JDIMENSION)count, rowsAtOnce);
    JSAMPROW rows[rowsAtOnce];
    while (library.output_scanline < library.output_height) {
        uint8_t *next = (uint8_t *)samples + library.output_scanline * rowBytes;
        JDIMENSION left = library.output_height - library.output_scanline;
        JDIMENSION asked = left < rowsAtOnce ? left : rowsAtOnce;
        for (JDIMENSION row = 0; direct && row < asked; row++) rows[row] = (JSAMPROW)(void *)(next + row * rowBytes);
        JDIMENSION made = jpeg_read_scanlines(&library, direct ? rows : buffer, asked);
        for (JDIMENSION row = 0; !direct && row < made; row++) widen(buffer[row], next + row * rowBytes, count, shape.bytesPerSample);
    }
    // What follows the last sample is nobody's business: no jpeg_finish_decompress.
    jpeg_destroy_decompress(&library);
    return CJPEGDone;
}

// MARK: Encoding

typedef struct {
    struct jpeg_destination_mgr library;
    uint8_t *bytes;
    size_t size;
} Destination;

static void beginOutput(j_compress_ptr library) { (void)library; }

/// Called where all of the room is filled.
static boolean grow(j_compress_ptr library) {
    Destination *destination = (Destination *)library->dest;
    size_t size = destination->size == 0 ? 1 << 16 : destination->size * 2;
    uint8_t *bytes = realloc(destination->bytes, size);
    if (bytes == NULL) ERREXIT1(library, JERR_OUT_OF_MEMORY, 0);
    destination->library.next_output_byte = bytes + destination->size;
    destination->library.free_in_buffer = size - destination->size;
    destination->bytes = bytes;
    destination->size = size;
    return TRUE;
}

CJPEGStatus ENCODE(
    const void *samples, CJPEGShape shape, CJPEGColour colour, int halvesChroma, int quality, uint8_t **encoded, size_t *size,
    char *message) {
    struct jpeg_compress_struct library;
    Failure failure;
    Destination destination;
    memset(&library, 0, sizeof library);
    memset(&destination, 0, sizeof destination);
    library.err = catching(&failure, message, jpeg_std_error);
    if (setjmp(failure.escape)) {
        *encoded = ((Destination volatile *)&destination)->bytes;
        *size = 0;
        jpeg_destroy_compress(&library);
        return failure.status;
    }
    jpeg_create_compress(&library);
    destination.library.init_destination = beginOutput;
    destination.library.empty_output_buffer = grow;
    destination.library.term_destination = beginOutput;
    library.dest = &destination.library;
    grow(&library);

    library.image_width = (JDIMENSION)shape.columns;
    library.image_height = (JDIMENSION)shape.rows;
    library.input_components = shape.components;
    library.data_precision = BITS_IN_JSAMPLE;
    library.in_color_space = colour == CJPEGGrey ? JCS_GRAYSCALE : colour == CJPEGRGB ? JCS_RGB : JCS_YCbCr;
    jpeg_set_defaults(&library);
    jpeg_set_quality(&library, quality, TRUE);
    for (int component = 0; component < library.num_components; component++) {
        library.comp_info[component].h_samp_factor = component == 0 && halvesChroma ? 2 : 1;
        library.comp_info[component].v_samp_factor = 1;
    }
    jpeg_start_compress(&library, TRUE);
    size_t rowBytes = (size_t)shape.columns * (size_t)shape.components * sizeof(JSAMPLE);
    JSAMPROW rows[rowsAtOnce];
    while (library.next_scanline < library.image_height) {
        const uint8_t *next = (const uint8_t *)samples + library.next_scanline * rowBytes;
        JDIMENSION left = library.image_height - library.next_scanline;
        JDIMENSION given = left < rowsAtOnce ? left : rowsAtOnce;
        for (JDIMENSION row = 0; row < given; row++) rows[row] = (JSAMPROW)(void *)(next + row * rowBytes);
        (void)jpeg_write_scanlines(&library, rows, given);
    }
    jpeg_finish_compress(&library);
    *encoded = destination.bytes;
    *size = destination.size - destination.library.free_in_buffer;
    jpeg_destroy_compress(&library);
    return CJPEGDone;
}
