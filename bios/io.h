/* SPDX-License-Identifier: BSD-2-Clause */
/* What every firmware program here begins with, of 16 and of 32 bits: types, and the ports. */
#pragma once
typedef unsigned char      u8;
typedef unsigned short     u16;
typedef unsigned int       u32;
typedef signed int         s32;
typedef unsigned long long u64;

#define PORT_FUNCTION static inline __attribute__((always_inline))
PORT_FUNCTION u8 inb(u16 port)
{
    u8 v;
    __asm__ volatile("inb %w1, %0" : "=a"(v) : "Nd"(port));
    return v;
}
PORT_FUNCTION u16 inw(u16 port)
{
    u16 v;
    __asm__ volatile("inw %w1, %0" : "=a"(v) : "Nd"(port));
    return v;
}
PORT_FUNCTION u32 inl(u16 port)
{
    u32 v;
    __asm__ volatile("inl %w1, %0" : "=a"(v) : "Nd"(port));
    return v;
}
PORT_FUNCTION void outb(u16 port, u8 v)
{
    __asm__ volatile("outb %0, %w1" : : "a"(v), "Nd"(port));
}
PORT_FUNCTION void outw(u16 port, u16 v)
{
    __asm__ volatile("outw %0, %w1" : : "a"(v), "Nd"(port));
}
PORT_FUNCTION void outl(u16 port, u32 v)
{
    __asm__ volatile("outl %0, %w1" : : "a"(v), "Nd"(port));
}
