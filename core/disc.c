/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/disc.h"

void disc_msf(uint32_t lba, uint8_t msf[3])
{
    uint32_t f = lba + DISC_PREGAP;
    msf[0] = (uint8_t)(f / 4500);
    msf[1] = (uint8_t)(f / 75 % 60);
    msf[2] = (uint8_t)(f % 75);
}

/* ECMA-130, 14.3: (x^16 + x^15 + x^2 + 1)(x^16 + x^2 + x + 1), least significant bit first. Four
 * bits at a time keep the table small enough to be computed on the spot. */
uint32_t disc_edc(const uint8_t *p, size_t n)
{
    uint32_t table[16], edc = 0;
    for (uint32_t i = 0; i < 16; i++) {
        table[i] = i;
        for (unsigned k = 0; k < 4; k++)
            table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xd8018001u : 0);
    }
    while (n--) {
        edc ^= *p++;
        edc = edc >> 4 ^ table[edc & 15];
        edc = edc >> 4 ^ table[edc & 15];
    }
    return edc;
}

/* The field of annex A: x^8 + x^4 + x^3 + x^2 + 1, whose element 2 is alpha. */
static uint8_t times2(uint8_t v) { return (uint8_t)(v << 1 ^ (v & 0x80 ? 0x1d : 0)); }

static uint8_t divide3(uint8_t v)                /* by alpha + 1, whose inverse is F4h */
{
    uint8_t sum = 0;
    for (unsigned bit = 0x80; bit; bit >>= 1)
        sum = (uint8_t)(times2(sum) ^ (0xf4 & bit ? v : 0));
    return sum;
}

/* Two symbols a, b after the data make the code word's sum zero, and also the sum weighted with
 * powers of alpha, in which a counts alpha and b one. data[i * step], modulo 'wrap'. */
static void parity(const uint8_t *data, uint32_t at, uint32_t step, uint32_t wrap, unsigned n,
                   uint8_t *a, uint8_t *b)
{
    uint8_t sum = 0, weighted = 0;
    for (unsigned i = 0; i < n; i++) {
        uint8_t v = data[at];
        sum ^= v;
        weighted = times2(weighted ^ v);
        at = (at + step) % wrap;
    }
    *a = divide3(sum ^ times2(weighted));
    *b = sum ^ *a;
}

/* Annex A: P over 86 columns of 24 bytes, Q over 52 diagonals of 43, both from the header on. */
static void put_ecc(uint8_t *raw)
{
    uint8_t *p = raw + 12, *q = p + 2236;
    for (uint32_t i = 0; i < 86; i++)
        parity(p, i, 86, 2064, 24, &p[2064 + i], &p[2064 + 86 + i]);
    for (uint32_t i = 0; i < 52; i++)
        parity(p, (i & ~1u) * 43 + (i & 1), 88, 2236, 43, &q[i], &q[52 + i]);
}

void disc_header(uint8_t *raw, uint32_t lba, uint8_t mode)
{
    memset(raw + 1, 0xff, 10);
    raw[0] = raw[11] = 0;
    disc_msf(lba, raw + 12);
    for (unsigned i = 12; i < 15; i++)
        raw[i] = disc_bcd(raw[i]);
    raw[15] = mode;
}

void disc_mode1(uint8_t *raw, uint32_t lba)
{
    disc_header(raw, lba, 1);
    store_le32(raw + 2064, disc_edc(raw, 2064));
    memset(raw + 2068, 0, 8);
    put_ecc(raw);
}

/* ECC does not cover the header, so that a sector can be moved. */
void disc_mode2_form1(uint8_t *raw, uint32_t lba)
{
    static const uint8_t subheader[8] = { 0, 0, 8, 0, 0, 0, 8, 0 };
    memcpy(raw + 16, subheader, 8);
    store_le32(raw + 2072, disc_edc(raw + 16, 2056));
    memset(raw + 12, 0, 4);
    put_ecc(raw);
    disc_header(raw, lba, 2);
}
