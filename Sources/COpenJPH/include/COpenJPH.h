#ifndef ISOCENTER_COPENJPH_H
#define ISOCENTER_COPENJPH_H

// OpenJPH is C++ and throws: what is declared here catches every exception and hands its words out.

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
}
#endif

#endif
