package excel

import (
	"bytes"
	"encoding/binary"
	"math"
	"unicode/utf16"
)

// An XLS file is a compound file: a small file system of sectors with one
// stream called Workbook (or Book) that holds the records.

const (
	sectorSize = 512
	endOfChain = 0xFFFFFFFE
	freeSector = 0xFFFFFFFF
	fatSector  = 0xFFFFFFFD
	difSector  = 0xFFFFFFFC
	headFATs   = 109
	dirEntry   = 128
	miniCutoff = 4096
)

func compoundMagic() []byte { return []byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1} }

// compound is a compound file that is read.
type compound struct {
	data    []byte
	shift   uint
	fat     []uint32
	mini    []uint32 // FAT of small sectors
	stream  []byte   // that holds the small sectors
	entries []byte   // of the directory
}

func u16(b []byte, at int) int { return int(binary.LittleEndian.Uint16(b[at:])) }
func u32(b []byte, at int) int { return int(binary.LittleEndian.Uint32(b[at:])) }

// workbookStream gives the content of the stream with the records.
func workbookStream(data []byte) ([]byte, error) {
	if len(data) < sectorSize || !bytes.HasPrefix(data, compoundMagic()) {
		return nil, malformed("it is neither an XLSX nor an XLS file")
	}
	c := &compound{data: data, shift: uint(u16(data, 30))}
	if c.shift < 7 || c.shift > 16 {
		return nil, malformed("its sectors have an unknown size")
	}
	if err := c.readFAT(); err != nil {
		return nil, err
	}
	var err error
	if c.entries, err = c.chain(uint32(u32(data, 48)), math.MaxInt); err != nil {
		return nil, err
	}
	for _, name := range [...]string{"Workbook", "WORKBOOK", "Book", "BOOK"} {
		if s, ok, err := c.open(name); ok || err != nil {
			return s, err
		}
	}
	return nil, malformed("it has no workbook inside")
}

func (c *compound) sector(n uint32) ([]byte, bool) {
	at := (int64(n) + 1) << c.shift
	if at >= int64(len(c.data)) {
		return nil, false
	}
	return c.data[at:min(at+1<<c.shift, int64(len(c.data)))], true
}

func (c *compound) readFAT() error {
	table := []uint32{}
	for i := range headFATs {
		table = append(table, uint32(u32(c.data, 76+4*i)))
	}
	next := uint32(u32(c.data, 68))
	for steps := 0; next < difSector; steps++ {
		s, ok := c.sector(next)
		if !ok || len(s) < 1<<c.shift || steps > len(c.data)>>c.shift {
			return malformed("its list of sectors is damaged")
		}
		for at := 0; at+8 <= len(s); at += 4 {
			table = append(table, uint32(u32(s, at)))
		}
		next = uint32(u32(s, len(s)-4))
	}
	for _, n := range table {
		if n >= difSector {
			continue
		}
		s, ok := c.sector(n)
		if !ok {
			return malformed("its list of sectors is damaged")
		}
		for at := 0; at+4 <= len(s); at += 4 {
			c.fat = append(c.fat, uint32(u32(s, at)))
		}
		if len(c.fat) > len(c.data) {
			return malformed("its list of sectors is damaged")
		}
	}
	return nil
}

// chain gives the content of the sectors from start on, at most size bytes.
func (c *compound) chain(start uint32, size int) ([]byte, error) {
	var out []byte
	for steps := 0; start < difSector && len(out) < size; steps++ {
		s, ok := c.sector(start)
		if !ok || int(start) >= len(c.fat) || steps > len(c.fat) || len(out) > len(c.data) {
			return nil, malformed("its sectors are damaged")
		}
		out = append(out, s...)
		start = c.fat[start]
	}
	return out[:min(len(out), size)], nil
}

// open gives the content of a stream.
func (c *compound) open(name string) (content []byte, ok bool, err error) {
	for at := 0; at+dirEntry <= len(c.entries); at += dirEntry {
		e := c.entries[at : at+dirEntry]
		if e[66] != 2 || entryName(e) != name {
			continue
		}
		start, size := uint32(u32(e, 116)), u32(e, 120)
		if size >= u32(c.data, 56) {
			content, err = c.chain(start, size)
		} else {
			content, err = c.small(start, size)
		}
		return content, true, err
	}
	return nil, false, nil
}

func entryName(e []byte) string {
	n := min(max(u16(e, 64)/2-1, 0), 31)
	units := make([]uint16, n)
	for i := range units {
		units[i] = uint16(u16(e, 2*i))
	}
	return string(utf16.Decode(units))
}

// small gives the content of a stream in small sectors.
func (c *compound) small(start uint32, size int) (out []byte, err error) {
	if c.mini == nil {
		table, err := c.chain(uint32(u32(c.data, 60)), math.MaxInt)
		if err != nil {
			return nil, err
		}
		for at := 0; at+4 <= len(table); at += 4 {
			c.mini = append(c.mini, uint32(u32(table, at)))
		}
		if c.stream, err = c.chain(uint32(u32(c.entries, 116)), math.MaxInt); err != nil {
			return nil, err
		}
	}
	const smallSize = 64
	for steps := 0; start < difSector && len(out) < size; steps++ {
		at := int(start) * smallSize
		if int(start) >= len(c.mini) || at >= len(c.stream) || steps > len(c.mini) || len(out) > len(c.data) {
			return nil, malformed("its small sectors are damaged")
		}
		out = append(out, c.stream[at:min(at+smallSize, len(c.stream))]...)
		start = c.mini[start]
	}
	return out[:min(len(out), size)], nil
}

// compoundFile makes a compound file with one stream called Workbook.
func compoundFile(stream []byte) []byte {
	sectors := func(n, size int) int { return (n + size - 1) / size }
	size := max(len(stream), miniCutoff) // smaller streams would need small sectors
	content := sectors(size, sectorSize)
	const perFAT = sectorSize / 4
	fats, difs := 1, 0
	for {
		need := sectors(content+1+fats+difs, perFAT)
		d := sectors(max(need-headFATs, 0), perFAT-1)
		if need == fats && d == difs {
			break
		}
		fats, difs = need, d
	}
	dir := content
	firstFAT := content + 1
	firstDIF := firstFAT + fats
	out := make([]byte, sectorSize*(1+content+1+fats+difs))
	put16 := func(at, n int) { binary.LittleEndian.PutUint16(out[at:], uint16(n)) }
	put32 := func(at int, n uint32) { binary.LittleEndian.PutUint32(out[at:], n) }

	copy(out, compoundMagic())
	put16(24, 0x3E)
	put16(26, 3)
	put16(28, 0xFFFE)
	put16(30, 9)
	put16(32, 6)
	put32(44, uint32(fats))
	put32(48, uint32(dir))
	put32(56, miniCutoff)
	put32(60, endOfChain)
	put32(68, endOfChain)
	put32(72, uint32(difs))
	for i := range headFATs {
		put32(76+4*i, freeSector)
	}
	if difs > 0 {
		put32(68, uint32(firstDIF))
	}

	copy(out[sectorSize:], stream)
	at := sectorSize * (1 + dir)
	for i := range sectorSize / dirEntry {
		for _, link := range [...]int{68, 72, 76} {
			put32(at+i*dirEntry+link, freeSector)
		}
	}
	entry := func(i int, name string, kind byte, start uint32, size int) {
		e := at + i*dirEntry
		for j, u := range utf16.Encode([]rune(name)) {
			put16(e+2*j, int(u))
		}
		put16(e+64, 2*len(name)+2)
		out[e+66], out[e+67] = kind, 1
		put32(e+116, start)
		put32(e+120, uint32(size))
	}
	entry(0, "Root Entry", 5, endOfChain, 0)
	put32(at+76, 1)
	entry(1, "Workbook", 2, 0, size)

	fat := sectorSize * (1 + firstFAT)
	for i := range fats * perFAT {
		link := uint32(freeSector)
		switch {
		case i < content-1:
			link = uint32(i + 1)
		case i == content-1, i == dir:
			link = endOfChain
		case i >= firstFAT && i < firstDIF:
			link = fatSector
		case i >= firstDIF && i < firstDIF+difs:
			link = difSector
		}
		put32(fat+4*i, link)
	}
	for i := range max(fats, difs*(perFAT-1)+headFATs) {
		link := uint32(freeSector)
		if i < fats {
			link = uint32(firstFAT + i)
		}
		switch {
		case i < headFATs:
			if i < fats {
				put32(76+4*i, link)
			}
		case difs > 0:
			n, slot := (i-headFATs)/(perFAT-1), (i-headFATs)%(perFAT-1)
			base := sectorSize * (1 + firstDIF + n)
			put32(base+4*slot, link)
			next := uint32(endOfChain)
			if n+1 < difs {
				next = uint32(firstDIF + n + 1)
			}
			put32(base+sectorSize-4, next)
		}
	}
	return out
}
