// GDCM's 12 bit build. Its own configuration has to come first: jpeglib.h would find the one of libjpeg-turbo.
#include <stdio.h>
#include <gdcm-3.0/gdcmjpeg/12/jpegcmake.h>
#define JCONFIG_INCLUDED
// The library was built with lossless coding: its memory manager has one more function than jpeglib.h shows to others.
#define NEED_DARRAY
#include <gdcm-3.0/gdcmjpeg/jpeglib.h>
#include <gdcm-3.0/gdcmjpeg/jerror.h>

#define DECODE CJPEG12Decode
#define ENCODE CJPEG12Encode
#include "frame.h"
