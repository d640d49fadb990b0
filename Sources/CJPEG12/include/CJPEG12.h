#ifndef ISOCENTER_CJPEG12_H
#define ISOCENTER_CJPEG12_H

// GDCM's build of the IJG library for 12 bits; its setjmp error handling stays in C.

#endif
