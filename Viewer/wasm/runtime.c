// The little of a C library that Embedded Swift calls: memory, and nothing of a system.
#include <stddef.h>
#include <stdint.h>

typedef struct Block { size_t size; struct Block *next; } Block; // before each block: its bytes, header and all

extern unsigned char __heap_base;
static Block *unused;   // free blocks in the order of their addresses, neighbours joined
static uintptr_t top;   // end of what was ever handed out

#define UNIT 16
#define PAGE 65536

__attribute__((export_name("allocate"))) void *allocate(size_t bytes) {
    if (bytes > 0x7FFFFF00u) return 0;
    size_t size = (bytes + UNIT + UNIT - 1) / UNIT * UNIT;
    for (Block **at = &unused; *at; at = &(*at)->next) {
        Block *found = *at;
        if (found->size < size) continue;
        if (found->size > size + UNIT) {
            Block *rest = (Block *)((char *)found + size);
            rest->size = found->size - size;
            rest->next = found->next;
            found->size = size;
            *at = rest;
        } else *at = found->next;
        return (char *)found + UNIT;
    }
    if (!top) top = ((uintptr_t)&__heap_base + UNIT - 1) / UNIT * UNIT;
    uintptr_t end = top + size;
    size_t held = __builtin_wasm_memory_size(0);
    size_t pages = (end + PAGE - 1) / PAGE;
    if (end < top || (pages > held && __builtin_wasm_memory_grow(0, pages - held) == (size_t)-1)) return 0;
    Block *made = (Block *)top;
    made->size = size;
    top = end;
    return (char *)made + UNIT;
}

__attribute__((export_name("release"))) void release(void *pointer) {
    if (!pointer) return;
    Block *block = (Block *)((char *)pointer - UNIT), *before = 0, *after = unused;
    while (after && after < block) { before = after; after = after->next; }
    block->next = after;
    if (after && (char *)block + block->size == (char *)after) { block->size += after->size; block->next = after->next; }
    if (before && (char *)before + before->size == (char *)block) { before->size += block->size; before->next = block->next; }
    else if (before) before->next = block;
    else unused = block;
}

int posix_memalign(void **pointer, size_t alignment, size_t size) {
    *pointer = alignment <= UNIT ? allocate(size) : 0;
    return *pointer ? 0 : 12; // ENOMEM
}
void free(void *pointer) { release(pointer); }
void *memcpy(void *to, const void *from, size_t count) { return __builtin_memcpy(to, from, count); }
void *memmove(void *to, const void *from, size_t count) { return __builtin_memmove(to, from, count); }
void *memset(void *to, int byte, size_t count) { return __builtin_memset(to, byte, count); }
