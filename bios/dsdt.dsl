/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The board for ACPI: PCI bus 0 with its interrupt links, the ISA devices, soft off. Compiled by iasl
 * into dsdt.h, which is kept with the sources (build.sh makes it anew where iasl is installed).
 */
DefinitionBlock ("dsdt.aml", "DSDT", 1, "VITRIN", "VITRINE ", 1)
{
    Name (\_S5, Package () { 0, 0, 0, 0 })

    Scope (\_PR)
    {
        Processor (CPU0, 0, 0x00000000, 0x00) {}
    }

    Scope (\_SB)
    {
        Device (PCI0)
        {
            Name (_HID, EisaId ("PNP0A03"))
            Name (_UID, 0)
            Name (_BBN, 0)
            Name (_CRS, ResourceTemplate ()
            {
                WordBusNumber (ResourceProducer, MinFixed, MaxFixed, PosDecode, 0, 0, 0xff, 0, 0x100)
                IO (Decode16, 0x0cf8, 0x0cf8, 1, 8)
                WordIO (ResourceProducer, MinFixed, MaxFixed, PosDecode, EntireRange,
                        0, 0x0000, 0x0cf7, 0, 0x0cf8)
                WordIO (ResourceProducer, MinFixed, MaxFixed, PosDecode, EntireRange,
                        0, 0x0d00, 0xffff, 0, 0xf300)
                DWordMemory (ResourceProducer, PosDecode, MinFixed, MaxFixed, Cacheable, ReadWrite,
                             0, 0x000a0000, 0x000bffff, 0, 0x00020000)
                DWordMemory (ResourceProducer, PosDecode, MinFixed, MaxFixed, NonCacheable, ReadWrite,
                             0, 0xe0000000, 0xfebfffff, 0, 0x1ec00000)
            })

            /* Pin p (0: A) of device d is on link (d + p - 1) mod 4. */
            Name (PRTP, Package ()
            {
                Package () { 0x0000ffff, 0, LNKD, 0 },
                Package () { 0x0000ffff, 1, LNKA, 0 },
                Package () { 0x0000ffff, 2, LNKB, 0 },
                Package () { 0x0000ffff, 3, LNKC, 0 },
                Package () { 0x0001ffff, 0, LNKA, 0 },
                Package () { 0x0001ffff, 1, LNKB, 0 },
                Package () { 0x0001ffff, 2, LNKC, 0 },
                Package () { 0x0001ffff, 3, LNKD, 0 },
                Package () { 0x0002ffff, 0, LNKB, 0 },
                Package () { 0x0002ffff, 1, LNKC, 0 },
                Package () { 0x0002ffff, 2, LNKD, 0 },
                Package () { 0x0002ffff, 3, LNKA, 0 },
                Package () { 0x0003ffff, 0, LNKC, 0 },
                Package () { 0x0003ffff, 1, LNKD, 0 },
                Package () { 0x0003ffff, 2, LNKA, 0 },
                Package () { 0x0003ffff, 3, LNKB, 0 },
                Package () { 0x0004ffff, 0, LNKD, 0 },
                Package () { 0x0004ffff, 1, LNKA, 0 },
                Package () { 0x0004ffff, 2, LNKB, 0 },
                Package () { 0x0004ffff, 3, LNKC, 0 },
                Package () { 0x0005ffff, 0, LNKA, 0 },
                Package () { 0x0005ffff, 1, LNKB, 0 },
                Package () { 0x0005ffff, 2, LNKC, 0 },
                Package () { 0x0005ffff, 3, LNKD, 0 },
                Package () { 0x0006ffff, 0, LNKB, 0 },
                Package () { 0x0006ffff, 1, LNKC, 0 },
                Package () { 0x0006ffff, 2, LNKD, 0 },
                Package () { 0x0006ffff, 3, LNKA, 0 },
                Package () { 0x0007ffff, 0, LNKC, 0 },
                Package () { 0x0007ffff, 1, LNKD, 0 },
                Package () { 0x0007ffff, 2, LNKA, 0 },
                Package () { 0x0007ffff, 3, LNKB, 0 },
                Package () { 0x0008ffff, 0, LNKD, 0 },
                Package () { 0x0008ffff, 1, LNKA, 0 },
                Package () { 0x0008ffff, 2, LNKB, 0 },
                Package () { 0x0008ffff, 3, LNKC, 0 },
                Package () { 0x0009ffff, 0, LNKA, 0 },
                Package () { 0x0009ffff, 1, LNKB, 0 },
                Package () { 0x0009ffff, 2, LNKC, 0 },
                Package () { 0x0009ffff, 3, LNKD, 0 },
                Package () { 0x000affff, 0, LNKB, 0 },
                Package () { 0x000affff, 1, LNKC, 0 },
                Package () { 0x000affff, 2, LNKD, 0 },
                Package () { 0x000affff, 3, LNKA, 0 },
                Package () { 0x000bffff, 0, LNKC, 0 },
                Package () { 0x000bffff, 1, LNKD, 0 },
                Package () { 0x000bffff, 2, LNKA, 0 },
                Package () { 0x000bffff, 3, LNKB, 0 },
                Package () { 0x000cffff, 0, LNKD, 0 },
                Package () { 0x000cffff, 1, LNKA, 0 },
                Package () { 0x000cffff, 2, LNKB, 0 },
                Package () { 0x000cffff, 3, LNKC, 0 },
                Package () { 0x000dffff, 0, LNKA, 0 },
                Package () { 0x000dffff, 1, LNKB, 0 },
                Package () { 0x000dffff, 2, LNKC, 0 },
                Package () { 0x000dffff, 3, LNKD, 0 },
                Package () { 0x000effff, 0, LNKB, 0 },
                Package () { 0x000effff, 1, LNKC, 0 },
                Package () { 0x000effff, 2, LNKD, 0 },
                Package () { 0x000effff, 3, LNKA, 0 },
                Package () { 0x000fffff, 0, LNKC, 0 },
                Package () { 0x000fffff, 1, LNKD, 0 },
                Package () { 0x000fffff, 2, LNKA, 0 },
                Package () { 0x000fffff, 3, LNKB, 0 },
                Package () { 0x0010ffff, 0, LNKD, 0 },
                Package () { 0x0010ffff, 1, LNKA, 0 },
                Package () { 0x0010ffff, 2, LNKB, 0 },
                Package () { 0x0010ffff, 3, LNKC, 0 },
                Package () { 0x0011ffff, 0, LNKA, 0 },
                Package () { 0x0011ffff, 1, LNKB, 0 },
                Package () { 0x0011ffff, 2, LNKC, 0 },
                Package () { 0x0011ffff, 3, LNKD, 0 },
                Package () { 0x0012ffff, 0, LNKB, 0 },
                Package () { 0x0012ffff, 1, LNKC, 0 },
                Package () { 0x0012ffff, 2, LNKD, 0 },
                Package () { 0x0012ffff, 3, LNKA, 0 },
                Package () { 0x0013ffff, 0, LNKC, 0 },
                Package () { 0x0013ffff, 1, LNKD, 0 },
                Package () { 0x0013ffff, 2, LNKA, 0 },
                Package () { 0x0013ffff, 3, LNKB, 0 },
                Package () { 0x0014ffff, 0, LNKD, 0 },
                Package () { 0x0014ffff, 1, LNKA, 0 },
                Package () { 0x0014ffff, 2, LNKB, 0 },
                Package () { 0x0014ffff, 3, LNKC, 0 },
                Package () { 0x0015ffff, 0, LNKA, 0 },
                Package () { 0x0015ffff, 1, LNKB, 0 },
                Package () { 0x0015ffff, 2, LNKC, 0 },
                Package () { 0x0015ffff, 3, LNKD, 0 },
                Package () { 0x0016ffff, 0, LNKB, 0 },
                Package () { 0x0016ffff, 1, LNKC, 0 },
                Package () { 0x0016ffff, 2, LNKD, 0 },
                Package () { 0x0016ffff, 3, LNKA, 0 },
                Package () { 0x0017ffff, 0, LNKC, 0 },
                Package () { 0x0017ffff, 1, LNKD, 0 },
                Package () { 0x0017ffff, 2, LNKA, 0 },
                Package () { 0x0017ffff, 3, LNKB, 0 },
                Package () { 0x0018ffff, 0, LNKD, 0 },
                Package () { 0x0018ffff, 1, LNKA, 0 },
                Package () { 0x0018ffff, 2, LNKB, 0 },
                Package () { 0x0018ffff, 3, LNKC, 0 },
                Package () { 0x0019ffff, 0, LNKA, 0 },
                Package () { 0x0019ffff, 1, LNKB, 0 },
                Package () { 0x0019ffff, 2, LNKC, 0 },
                Package () { 0x0019ffff, 3, LNKD, 0 },
                Package () { 0x001affff, 0, LNKB, 0 },
                Package () { 0x001affff, 1, LNKC, 0 },
                Package () { 0x001affff, 2, LNKD, 0 },
                Package () { 0x001affff, 3, LNKA, 0 },
                Package () { 0x001bffff, 0, LNKC, 0 },
                Package () { 0x001bffff, 1, LNKD, 0 },
                Package () { 0x001bffff, 2, LNKA, 0 },
                Package () { 0x001bffff, 3, LNKB, 0 },
                Package () { 0x001cffff, 0, LNKD, 0 },
                Package () { 0x001cffff, 1, LNKA, 0 },
                Package () { 0x001cffff, 2, LNKB, 0 },
                Package () { 0x001cffff, 3, LNKC, 0 },
                Package () { 0x001dffff, 0, LNKA, 0 },
                Package () { 0x001dffff, 1, LNKB, 0 },
                Package () { 0x001dffff, 2, LNKC, 0 },
                Package () { 0x001dffff, 3, LNKD, 0 },
                Package () { 0x001effff, 0, LNKB, 0 },
                Package () { 0x001effff, 1, LNKC, 0 },
                Package () { 0x001effff, 2, LNKD, 0 },
                Package () { 0x001effff, 3, LNKA, 0 },
                Package () { 0x001fffff, 0, LNKC, 0 },
                Package () { 0x001fffff, 1, LNKD, 0 },
                Package () { 0x001fffff, 2, LNKA, 0 },
                Package () { 0x001fffff, 3, LNKB, 0 }
            })
            Method (_PRT, 0, NotSerialized) { Return (PRTP) }

            Device (ISA)
            {
                Name (_ADR, 0x00010000)
                OperationRegion (PIRQ, PCI_Config, 0x60, 4)
                Field (PIRQ, ByteAcc, NoLock, Preserve) { PRQA, 8, PRQB, 8, PRQC, 8, PRQD, 8 }

                Device (RTC)
                {
                    Name (_HID, EisaId ("PNP0B00"))
                    Name (_CRS, ResourceTemplate () { IO (Decode16, 0x70, 0x70, 1, 8) IRQNoFlags () { 8 } })
                }
                Device (KBD)
                {
                    Name (_HID, EisaId ("PNP0303"))
                    Name (_CRS, ResourceTemplate ()
                    {
                        IO (Decode16, 0x60, 0x60, 1, 1)
                        IO (Decode16, 0x64, 0x64, 1, 1)
                        IRQNoFlags () { 1 }
                    })
                }
                Device (MOU)
                {
                    Name (_HID, EisaId ("PNP0F13"))
                    Name (_CRS, ResourceTemplate () { IRQNoFlags () { 12 } })
                }
                Device (TIMR)
                {
                    Name (_HID, EisaId ("PNP0100"))
                    Name (_CRS, ResourceTemplate () { IO (Decode16, 0x40, 0x40, 0, 4) IRQNoFlags () { 0 } })
                }
                Device (PIC)
                {
                    Name (_HID, EisaId ("PNP0000"))
                    Name (_CRS, ResourceTemplate ()
                    {
                        IO (Decode16, 0x20, 0x20, 0, 2)
                        IO (Decode16, 0xa0, 0xa0, 0, 2)
                        IO (Decode16, 0x4d0, 0x4d0, 0, 2)
                        IRQNoFlags () { 2 }
                    })
                }
                Device (DMAC)
                {
                    Name (_HID, EisaId ("PNP0200"))
                    Name (_CRS, ResourceTemplate ()
                    {
                        IO (Decode16, 0x00, 0x00, 0, 16)
                        IO (Decode16, 0x80, 0x80, 0, 16)
                        IO (Decode16, 0xc0, 0xc0, 0, 32)
                        DMA (Compatibility, NotBusMaster, Transfer8) { 4 }
                    })
                }
                Device (SPKR)
                {
                    Name (_HID, EisaId ("PNP0800"))
                    Name (_CRS, ResourceTemplate () { IO (Decode16, 0x61, 0x61, 0, 1) })
                }
                Device (GAME)
                {
                    Name (_HID, EisaId ("PNPB02F"))
                    Name (_CRS, ResourceTemplate () { IO (Decode16, 0x0201, 0x0201, 1, 1) })
                }
                Device (LPT1)
                {
                    Name (_HID, EisaId ("PNP0400"))
                    OperationRegion (CTRL, SystemIO, 0x37a, 1)
                    Field (CTRL, ByteAcc, NoLock, Preserve) { STAT, 8 }
                    Method (_STA, 0, NotSerialized)
                    {
                        If (STAT == 0xff) { Return (0) }     /* nobody answers */
                        Return (0x0f)
                    }
                    Name (_CRS, ResourceTemplate ()
                    {
                        IO (Decode16, 0x0378, 0x0378, 1, 8)
                        IO (Decode16, 0x0778, 0x0778, 1, 3)
                        IRQNoFlags () { 7 }
                    })
                }
                Device (FPU)
                {
                    Name (_HID, EisaId ("PNP0C04"))
                    Name (_CRS, ResourceTemplate () { IO (Decode16, 0xf0, 0xf0, 0, 16) IRQNoFlags () { 13 } })
                }
                Device (FDC0)
                {
                    Name (_HID, EisaId ("PNP0700"))
                    Name (_CRS, ResourceTemplate ()
                    {
                        IO (Decode16, 0x03f0, 0x03f0, 1, 6)
                        IO (Decode16, 0x03f7, 0x03f7, 1, 1)
                        IRQNoFlags () { 6 }
                        DMA (Compatibility, NotBusMaster, Transfer8) { 2 }
                    })
                    OperationRegion (CMOS, SystemIO, 0x70, 2)
                    Field (CMOS, ByteAcc, NoLock, Preserve) { CIDX, 8, CDAT, 8 }
                    Method (_STA, 0, Serialized)
                    {
                        CIDX = 0x10
                        If (CDAT == 0) { Return (0) }
                        Return (0x0f)
                    }
                }
                Device (COM1)
                {
                    Name (_HID, EisaId ("PNP0501"))
                    Name (_UID, 1)
                    OperationRegion (LSR, SystemIO, 0x3fd, 1)
                    Field (LSR, ByteAcc, NoLock, Preserve) { STAT, 8 }
                    Method (_STA, 0, NotSerialized)
                    {
                        If (STAT == 0xff) { Return (0) }     /* nobody answers */
                        Return (0x0f)
                    }
                    Name (_CRS, ResourceTemplate () { IO (Decode16, 0x03f8, 0x03f8, 1, 8) IRQNoFlags () { 4 } })
                }
                Device (COM2)
                {
                    Name (_HID, EisaId ("PNP0501"))
                    Name (_UID, 2)
                    OperationRegion (LSR, SystemIO, 0x2fd, 1)
                    Field (LSR, ByteAcc, NoLock, Preserve) { STAT, 8 }
                    Method (_STA, 0, NotSerialized)
                    {
                        If (STAT == 0xff) { Return (0) }     /* nobody answers */
                        Return (0x0f)
                    }
                    Name (_CRS, ResourceTemplate () { IO (Decode16, 0x02f8, 0x02f8, 1, 8) IRQNoFlags () { 3 } })
                }
                Device (COM3)
                {
                    Name (_HID, EisaId ("PNP0501"))
                    Name (_UID, 3)
                    OperationRegion (LSR, SystemIO, 0x3ed, 1)
                    Field (LSR, ByteAcc, NoLock, Preserve) { STAT, 8 }
                    Method (_STA, 0, NotSerialized)
                    {
                        If (STAT == 0xff) { Return (0) }     /* nobody answers */
                        Return (0x0f)
                    }
                    Name (_CRS, ResourceTemplate () { IO (Decode16, 0x03e8, 0x03e8, 1, 8) IRQNoFlags () { 4 } })
                }
                Device (COM4)
                {
                    Name (_HID, EisaId ("PNP0501"))
                    Name (_UID, 4)
                    OperationRegion (LSR, SystemIO, 0x2ed, 1)
                    Field (LSR, ByteAcc, NoLock, Preserve) { STAT, 8 }
                    Method (_STA, 0, NotSerialized)
                    {
                        If (STAT == 0xff) { Return (0) }     /* nobody answers */
                        Return (0x0f)
                    }
                    Name (_CRS, ResourceTemplate () { IO (Decode16, 0x02e8, 0x02e8, 1, 8) IRQNoFlags () { 3 } })
                }
            }

            Device (PM)
            {
                Name (_ADR, 0x00010003)
            }

            Device (MISC)
            {
                Name (_HID, EisaId ("PNP0C02"))
                Name (_CRS, ResourceTemplate ()
                {
                    IO (Decode16, 0x0092, 0x0092, 1, 1)
                    IO (Decode16, 0x00b2, 0x00b2, 1, 2)
                    IO (Decode16, 0x0600, 0x0600, 1, 0x40)
                    IO (Decode16, 0x0700, 0x0700, 1, 0x10)
                    IO (Decode16, 0xafe0, 0xafe0, 1, 4)
                })
            }
        }

        /* The PIRQ registers of the ISA bridge: bit 7 off, bits 3-0 the IRQ. */
        Method (LSTA, 1, NotSerialized)
        {
            If (Arg0 & 0x80) { Return (0x09) }
            Return (0x0b)
        }
        Method (LCRS, 1, Serialized)
        {
            Name (BUFF, ResourceTemplate () { IRQ (Level, ActiveLow, Shared, IRQD) { 0 } })
            CreateWordField (BUFF, IRQD._INT, MASK)
            If (Arg0 & 0x80) { MASK = 0 }
            Else { MASK = 1 << (Arg0 & 0x0f) }
            Return (BUFF)
        }
        Method (LIRQ, 1, NotSerialized)
        {
            CreateWordField (Arg0, 1, MASK)
            FindSetRightBit (MASK, Local0)
            Return (Local0 - 1)
        }
        Device (LNKA)
        {
            Name (_HID, EisaId ("PNP0C0F"))
            Name (_UID, 1)
            Name (_PRS, ResourceTemplate () { IRQ (Level, ActiveLow, Shared) { 5, 10, 11 } })
            Method (_STA, 0, NotSerialized) { Return (LSTA (\_SB.PCI0.ISA.PRQA)) }
            Method (_DIS, 0, NotSerialized) { \_SB.PCI0.ISA.PRQA |= 0x80 }
            Method (_CRS, 0, Serialized) { Return (LCRS (\_SB.PCI0.ISA.PRQA)) }
            Method (_SRS, 1, NotSerialized) { \_SB.PCI0.ISA.PRQA = LIRQ (Arg0) }
        }
        Device (LNKB)
        {
            Name (_HID, EisaId ("PNP0C0F"))
            Name (_UID, 2)
            Name (_PRS, ResourceTemplate () { IRQ (Level, ActiveLow, Shared) { 5, 10, 11 } })
            Method (_STA, 0, NotSerialized) { Return (LSTA (\_SB.PCI0.ISA.PRQB)) }
            Method (_DIS, 0, NotSerialized) { \_SB.PCI0.ISA.PRQB |= 0x80 }
            Method (_CRS, 0, Serialized) { Return (LCRS (\_SB.PCI0.ISA.PRQB)) }
            Method (_SRS, 1, NotSerialized) { \_SB.PCI0.ISA.PRQB = LIRQ (Arg0) }
        }
        Device (LNKC)
        {
            Name (_HID, EisaId ("PNP0C0F"))
            Name (_UID, 3)
            Name (_PRS, ResourceTemplate () { IRQ (Level, ActiveLow, Shared) { 5, 10, 11 } })
            Method (_STA, 0, NotSerialized) { Return (LSTA (\_SB.PCI0.ISA.PRQC)) }
            Method (_DIS, 0, NotSerialized) { \_SB.PCI0.ISA.PRQC |= 0x80 }
            Method (_CRS, 0, Serialized) { Return (LCRS (\_SB.PCI0.ISA.PRQC)) }
            Method (_SRS, 1, NotSerialized) { \_SB.PCI0.ISA.PRQC = LIRQ (Arg0) }
        }
        Device (LNKD)
        {
            Name (_HID, EisaId ("PNP0C0F"))
            Name (_UID, 4)
            Name (_PRS, ResourceTemplate () { IRQ (Level, ActiveLow, Shared) { 5, 10, 11 } })
            Method (_STA, 0, NotSerialized) { Return (LSTA (\_SB.PCI0.ISA.PRQD)) }
            Method (_DIS, 0, NotSerialized) { \_SB.PCI0.ISA.PRQD |= 0x80 }
            Method (_CRS, 0, Serialized) { Return (LCRS (\_SB.PCI0.ISA.PRQD)) }
            Method (_SRS, 1, NotSerialized) { \_SB.PCI0.ISA.PRQD = LIRQ (Arg0) }
        }
    }
}
