// libjpeg-turbo.
#include <stdio.h>
#include <jpeglib.h>
#include <jerror.h>

#define DECODE CJPEG8Decode
#define ENCODE CJPEG8Encode
#include "frame.h"
