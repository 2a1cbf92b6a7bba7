/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Coefficients and tables of f80_math.c: 'fix' are fractions of 2^128, 'wide' are significand
 * (2^127 is one), exponent and sign; all rounded to nearest from their definitions, which stand
 * above them.
 */
#pragma once
#include "cpu/fpu/f80.h"

struct fix {
    uint64_t hi, lo;
};
struct wide {
    uint64_t hi, lo;
    int exp;
    unsigned sign;
};

/* clang-format off */
/* 1/3!, 1/5!, ... sin x = x - x^3/3! + ... */
static const struct fix inv_odd_factorial[13] = {
    { UINT64_C(0x2aaaaaaaaaaaaaaa), UINT64_C(0xaaaaaaaaaaaaaaab) },
    { UINT64_C(0x0222222222222222), UINT64_C(0x2222222222222222) },
    { UINT64_C(0x000d00d00d00d00d), UINT64_C(0x00d00d00d00d00d0) },
    { UINT64_C(0x00002e3bc74aad8e), UINT64_C(0x671f5583911ca003) },
    { UINT64_C(0x0000006b99159fd5), UINT64_C(0x138e3f9d1f92e0df) },
    { UINT64_C(0x00000000b092309d), UINT64_C(0x43684be51c198e92) },
    { UINT64_C(0x0000000000d73f9f), UINT64_C(0x399dc0f88ec32b58) },
    { UINT64_C(0x000000000000ca96), UINT64_C(0x3b81856a53593029) },
    { UINT64_C(0x0000000000000097), UINT64_C(0xa4da340a0ab92651) },
    { UINT64_C(0x0000000000000000), UINT64_C(0x5c6e3bdb73d5c630) },
    { UINT64_C(0x0000000000000000), UINT64_C(0x002ec368262c7034) },
    { UINT64_C(0x0000000000000000), UINT64_C(0x000013f3ccdd1660) },
    { UINT64_C(0x0000000000000000), UINT64_C(0x0000000746ac70b7) },
};

/* 1/2!, 1/4!, ... cos x = 1 - x^2/2! + ... */
static const struct fix inv_even_factorial[13] = {
    { UINT64_C(0x8000000000000000), UINT64_C(0x0000000000000000) },
    { UINT64_C(0x0aaaaaaaaaaaaaaa), UINT64_C(0xaaaaaaaaaaaaaaab) },
    { UINT64_C(0x005b05b05b05b05b), UINT64_C(0x05b05b05b05b05b0) },
    { UINT64_C(0x0001a01a01a01a01), UINT64_C(0xa01a01a01a01a01a) },
    { UINT64_C(0x0000049f93edde27), UINT64_C(0xd71cbbc05b4fa99a) },
    { UINT64_C(0x00000008f76c77fc), UINT64_C(0x6c4bdaa26d4c3d68) },
    { UINT64_C(0x000000000c9cba54), UINT64_C(0x603e4e905d6f8a2f) },
    { UINT64_C(0x00000000000d73f9), UINT64_C(0xf399dc0f88ec32b6) },
    { UINT64_C(0x0000000000000b41), UINT64_C(0x3c31dcbecbbdd802) },
    { UINT64_C(0x0000000000000007), UINT64_C(0x950ae900808941ea) },
    { UINT64_C(0x0000000000000000), UINT64_C(0x04338e5b6dfe14a5) },
    { UINT64_C(0x0000000000000000), UINT64_C(0x0001f2cf01972f57) },
    { UINT64_C(0x0000000000000000), UINT64_C(0x000000c4742fe352) },
};

/* 1/2!, 1/3!, ... (e^x - 1)/x = 1 + x/2! + x^2/3! + ... */
static const struct fix inv_factorial[12] = {
    { UINT64_C(0x8000000000000000), UINT64_C(0x0000000000000000) },
    { UINT64_C(0x2aaaaaaaaaaaaaaa), UINT64_C(0xaaaaaaaaaaaaaaab) },
    { UINT64_C(0x0aaaaaaaaaaaaaaa), UINT64_C(0xaaaaaaaaaaaaaaab) },
    { UINT64_C(0x0222222222222222), UINT64_C(0x2222222222222222) },
    { UINT64_C(0x005b05b05b05b05b), UINT64_C(0x05b05b05b05b05b0) },
    { UINT64_C(0x000d00d00d00d00d), UINT64_C(0x00d00d00d00d00d0) },
    { UINT64_C(0x0001a01a01a01a01), UINT64_C(0xa01a01a01a01a01a) },
    { UINT64_C(0x00002e3bc74aad8e), UINT64_C(0x671f5583911ca003) },
    { UINT64_C(0x0000049f93edde27), UINT64_C(0xd71cbbc05b4fa99a) },
    { UINT64_C(0x0000006b99159fd5), UINT64_C(0x138e3f9d1f92e0df) },
    { UINT64_C(0x00000008f76c77fc), UINT64_C(0x6c4bdaa26d4c3d68) },
    { UINT64_C(0x00000000b092309d), UINT64_C(0x43684be51c198e92) },
};

/* 1/3, 1/5, ... atan x = x - x^3/3 + ..., artanh x = x + x^3/3 + ... */
static const struct fix inv_odd[18] = {
    { UINT64_C(0x5555555555555555), UINT64_C(0x5555555555555555) },
    { UINT64_C(0x3333333333333333), UINT64_C(0x3333333333333333) },
    { UINT64_C(0x2492492492492492), UINT64_C(0x4924924924924925) },
    { UINT64_C(0x1c71c71c71c71c71), UINT64_C(0xc71c71c71c71c71c) },
    { UINT64_C(0x1745d1745d1745d1), UINT64_C(0x745d1745d1745d17) },
    { UINT64_C(0x13b13b13b13b13b1), UINT64_C(0x3b13b13b13b13b14) },
    { UINT64_C(0x1111111111111111), UINT64_C(0x1111111111111111) },
    { UINT64_C(0x0f0f0f0f0f0f0f0f), UINT64_C(0x0f0f0f0f0f0f0f0f) },
    { UINT64_C(0x0d79435e50d79435), UINT64_C(0xe50d79435e50d794) },
    { UINT64_C(0x0c30c30c30c30c30), UINT64_C(0xc30c30c30c30c30c) },
    { UINT64_C(0x0b21642c8590b216), UINT64_C(0x42c8590b21642c86) },
    { UINT64_C(0x0a3d70a3d70a3d70), UINT64_C(0xa3d70a3d70a3d70a) },
    { UINT64_C(0x097b425ed097b425), UINT64_C(0xed097b425ed097b4) },
    { UINT64_C(0x08d3dcb08d3dcb08), UINT64_C(0xd3dcb08d3dcb08d4) },
    { UINT64_C(0x0842108421084210), UINT64_C(0x8421084210842108) },
    { UINT64_C(0x07c1f07c1f07c1f0), UINT64_C(0x7c1f07c1f07c1f08) },
    { UINT64_C(0x0750750750750750), UINT64_C(0x7507507507507507) },
    { UINT64_C(0x06eb3e45306eb3e4), UINT64_C(0x5306eb3e45306eb4) },
};

/* 2^(i/32) */
static const struct wide exp2_32[32] = {
    { UINT64_C(0x8000000000000000), UINT64_C(0x0000000000000000), 0, 0 },
    { UINT64_C(0x82cd8698ac2ba1d7), UINT64_C(0x3e2a475b46520bff), 0, 0 },
    { UINT64_C(0x85aac367cc487b14), UINT64_C(0xc5c95b8c2154c1b2), 0, 0 },
    { UINT64_C(0x88980e8092da8527), UINT64_C(0x5df8d76c98c67563), 0, 0 },
    { UINT64_C(0x8b95c1e3ea8bd6e6), UINT64_C(0xfbe4628758a53c90), 0, 0 },
    { UINT64_C(0x8ea4398b45cd53c0), UINT64_C(0x2dc0144c8783d4c6), 0, 0 },
    { UINT64_C(0x91c3d373ab11c336), UINT64_C(0x0fd6d8e0ae5ac9d8), 0, 0 },
    { UINT64_C(0x94f4efa8fef70961), UINT64_C(0x2e8afad12551de54), 0, 0 },
    { UINT64_C(0x9837f0518db8a96f), UINT64_C(0x46ad23182e42f6f6), 0, 0 },
    { UINT64_C(0x9b8d39b9d54e5538), UINT64_C(0xa2a817a2a3cc3f1f), 0, 0 },
    { UINT64_C(0x9ef5326091a111ad), UINT64_C(0xa0911f09ebb9fdd1), 0, 0 },
    { UINT64_C(0xa27043030c496818), UINT64_C(0x9b7a04ef80cfdea8), 0, 0 },
    { UINT64_C(0xa5fed6a9b15138ea), UINT64_C(0x1cbd7f621710701b), 0, 0 },
    { UINT64_C(0xa9a15ab4ea7c0ef8), UINT64_C(0x541e24ec3531fa73), 0, 0 },
    { UINT64_C(0xad583eea42a14ac6), UINT64_C(0x4980a8c8f59a2ec4), 0, 0 },
    { UINT64_C(0xb123f581d2ac258f), UINT64_C(0x87d037e96d215d8e), 0, 0 },
    { UINT64_C(0xb504f333f9de6484), UINT64_C(0x597d89b3754abe9f), 0, 0 },
    { UINT64_C(0xb8fbaf4762fb9ee9), UINT64_C(0x1b879778566b65a2), 0, 0 },
    { UINT64_C(0xbd08a39f580c36be), UINT64_C(0xa8811fb66d0faf7a), 0, 0 },
    { UINT64_C(0xc12c4cca66709456), UINT64_C(0x7c457d59a50087b5), 0, 0 },
    { UINT64_C(0xc5672a115506dadd), UINT64_C(0x3e2ad0c964dd9f37), 0, 0 },
    { UINT64_C(0xc9b9bd866e2f27a2), UINT64_C(0x80e1f92a0511697e), 0, 0 },
    { UINT64_C(0xce248c151f8480e3), UINT64_C(0xe235838f95f2c6ed), 0, 0 },
    { UINT64_C(0xd2a81d91f12ae45a), UINT64_C(0x12248e57c3de4028), 0, 0 },
    { UINT64_C(0xd744fccad69d6af4), UINT64_C(0x39a68bb9902d3fde), 0, 0 },
    { UINT64_C(0xdbfbb797daf23755), UINT64_C(0x3d840d5a9e29aa64), 0, 0 },
    { UINT64_C(0xe0ccdeec2a94e111), UINT64_C(0x065895048dd333ca), 0, 0 },
    { UINT64_C(0xe5b906e77c8348a8), UINT64_C(0x1e5e8f4a4edbb0ed), 0, 0 },
    { UINT64_C(0xeac0c6e7dd24392e), UINT64_C(0xd02d75b3706e54fb), 0, 0 },
    { UINT64_C(0xefe4b99bdcdaf5cb), UINT64_C(0x46561cf6948db913), 0, 0 },
    { UINT64_C(0xf5257d152486cc2c), UINT64_C(0x7b9d0c7aed980fc3), 0, 0 },
    { UINT64_C(0xfa83b2db722a033a), UINT64_C(0x7c25bb14315d7fcd), 0, 0 },
};

/* atan(i/32) */
static const struct wide atan_32[33] = {
    { 0, 0, 0, 0 },
    { UINT64_C(0xffeaaddd4bb12542), UINT64_C(0x779d776dda8c6214), -6, 0 },
    { UINT64_C(0xffaaddb967ef4e36), UINT64_C(0xcb2792dc0e2e0d51), -5, 0 },
    { UINT64_C(0xbf70c13017887460), UINT64_C(0x93567e784cf83676), -4, 0 },
    { UINT64_C(0xfeadd4d5617b6e32), UINT64_C(0xc897989f3e888ef8), -4, 0 },
    { UINT64_C(0x9eb77746331362c3), UINT64_C(0x47619d250360fe85), -3, 0 },
    { UINT64_C(0xbdcbda5e72d81134), UINT64_C(0x7b0b4f881c9c7488), -3, 0 },
    { UINT64_C(0xdc86ba9493051022), UINT64_C(0xf621a5c1cb552f03), -3, 0 },
    { UINT64_C(0xfadbafc96406eb15), UINT64_C(0x6dc79ef5f7a217e6), -3, 0 },
    { UINT64_C(0x8c5fad185f8bc130), UINT64_C(0xca4748b1bf88298d), -2, 0 },
    { UINT64_C(0x9b13b9b83f5e5e69), UINT64_C(0xc5abb498d27af328), -2, 0 },
    { UINT64_C(0xa9856cca8e6a4eda), UINT64_C(0x99b7f77bf7d9e8c1), -2, 0 },
    { UINT64_C(0xb7b0ca0f26f78473), UINT64_C(0x8aa32122dcfe4483), -2, 0 },
    { UINT64_C(0xc59269ca50d92b6d), UINT64_C(0xa1746e91f50a28de), -2, 0 },
    { UINT64_C(0xd327761e611fe5b6), UINT64_C(0x427c95e9001e7136), -2, 0 },
    { UINT64_C(0xe06da64a764f7c67), UINT64_C(0xc631ed96798cb804), -2, 0 },
    { UINT64_C(0xed63382b0dda7b45), UINT64_C(0x6fe445ecbc3a8d03), -2, 0 },
    { UINT64_C(0xfa06e85aa0a0be5c), UINT64_C(0x66d23c7d5dc8ecc2), -2, 0 },
    { UINT64_C(0x832bf4a6d9867e2a), UINT64_C(0x4b6a09cb61a515c1), -1, 0 },
    { UINT64_C(0x892aecdfde9547b5), UINT64_C(0x094478fc472b4afc), -1, 0 },
    { UINT64_C(0x8f005d5ef7f59f9b), UINT64_C(0x5c835e1665c43748), -1, 0 },
    { UINT64_C(0x94ac72c9847186f6), UINT64_C(0x18c4f393f78a32f9), -1, 0 },
    { UINT64_C(0x9a2f80e671bdda20), UINT64_C(0x4226f8e2204ff3bd), -1, 0 },
    { UINT64_C(0x9f89fdc4f4b7a1ec), UINT64_C(0xf8b492644f0701e0), -1, 0 },
    { UINT64_C(0xa4bc7d1934f70924), UINT64_C(0x19a87f2a457dac9f), -1, 0 },
    { UINT64_C(0xa9c7abdc4830f5c8), UINT64_C(0x916a84b5be7933f6), -1, 0 },
    { UINT64_C(0xaeac4c38b4d8c080), UINT64_C(0x14725e2f3e52070a), -1, 0 },
    { UINT64_C(0xb36b31c91f043691), UINT64_C(0x590141744462f93a), -1, 0 },
    { UINT64_C(0xb8053e2bc2319e73), UINT64_C(0xcb2da55210a4443d), -1, 0 },
    { UINT64_C(0xbc7b5deae98af280), UINT64_C(0xd4113006e80fb290), -1, 0 },
    { UINT64_C(0xc0ce85b8ac526640), UINT64_C(0x89dd62c46e92fa25), -1, 0 },
    { UINT64_C(0xc4ffaffabf8fbd54), UINT64_C(0x8cb43d10bc9e0221), -1, 0 },
    { UINT64_C(0xc90fdaa22168c234), UINT64_C(0xc4c6628b80dc1cd1), -1, 0 },
};

static const struct wide wide_ln2 =
    { UINT64_C(0xb17217f7d1cf79ab), UINT64_C(0xc9e3b39803f2f6af), -1, 0 };
static const struct wide wide_2_over_ln2 =
    { UINT64_C(0xb8aa3b295c17f0bb), UINT64_C(0xbe87fed0691d3e89), 1, 0 };
static const struct wide wide_pi =
    { UINT64_C(0xc90fdaa22168c234), UINT64_C(0xc4c6628b80dc1cd1), 1, 0 };
static const struct wide wide_half_pi =
    { UINT64_C(0xc90fdaa22168c234), UINT64_C(0xc4c6628b80dc1cd1), 0, 0 };
static const struct wide wide_quarter_pi =
    { UINT64_C(0xc90fdaa22168c234), UINT64_C(0xc4c6628b80dc1cd1), -1, 0 };
static const struct wide wide_3_quarter_pi =
    { UINT64_C(0x96cbe3f9990e91a7), UINT64_C(0x9394c9e8a0a5159d), 1, 0 };
static const struct wide wide_one =
    { UINT64_C(0x8000000000000000), UINT64_C(0x0000000000000000), 0, 0 };
static const struct wide wide_two =
    { UINT64_C(0x8000000000000000), UINT64_C(0x0000000000000000), 1, 0 };
/* clang-format on */
