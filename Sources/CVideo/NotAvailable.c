#ifndef ISOCENTER_LIBAV

#include "CVideo.h"

#include <stdio.h>

static int refuse(char *message, size_t size) {
    if (size > 0) snprintf(message, size, "built without libav: install libavcodec-dev, libavformat-dev and libswscale-dev, then build again");
    return 1;
}

bool isocenter_video_available(void) { return false; }

int isocenter_video_summarise(isocenter_video_read read, void *context, int64_t length, int64_t count_up_to,
                              isocenter_video_summary *summary, char *message, size_t message_size) {
    return refuse(message, message_size);
}

int isocenter_video_frame(isocenter_video_read read, void *context, int64_t length, int64_t index, int32_t columns, int32_t rows,
                          int32_t bits, uint8_t *samples, isocenter_video_colour *colour, char *message, size_t message_size) {
    return refuse(message, message_size);
}

#endif
