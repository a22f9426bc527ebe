package store

import (
	"hash/maphash"
	"sync"
	"sync/atomic"
	"unsafe"
)

// pool keeps byte strings, each once, and names them by handles: equal strings
// have equal handles. Reading needs no lock; a handle reaches another goroutine
// only through something that orders memory (a lock or an atomic publication).
// The bytes lie in big chunks, so they cost the garbage collector nothing.
type pool struct {
	mu    sync.RWMutex
	seed  maphash.Seed
	slots []uint32 // handle+1, 0 for none
	n     uint32

	entries atomic.Pointer[[]*[entryChunk]entry]
	chunks  atomic.Pointer[[][]byte]
	free    []byte // rest of the open chunk
	open    uint32
}

type entry struct {
	chunk, off, len uint32
	hash            uint32
}

const (
	entryBits  = 12
	entryChunk = 1 << entryBits
	chunkSize  = 1 << 18
)

func newPool() *pool {
	p := &pool{seed: maphash.MakeSeed(), slots: make([]uint32, 64)}
	p.entries.Store(&[]*[entryChunk]entry{})
	p.chunks.Store(&[][]byte{})
	return p
}

func (p *pool) entry(h uint32) *entry {
	return &(*p.entries.Load())[h>>entryBits][h&(entryChunk-1)]
}

// str gives the string of a handle; it stays valid for ever.
func (p *pool) str(h int64) string {
	e := p.entry(uint32(h))
	if e.len == 0 {
		return ""
	}
	return unsafe.String(&(*p.chunks.Load())[e.chunk][e.off], int(e.len))
}

// find gives the handle of s if the pool has it.
func (p *pool) find(s string) (int64, bool) {
	hash := uint32(maphash.String(p.seed, s))
	p.mu.RLock()
	h, _ := p.lookup(s, hash)
	p.mu.RUnlock()
	return h, h >= 0
}

func (p *pool) lookup(s string, hash uint32) (handle int64, slot uint32) {
	mask := uint32(len(p.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		h := p.slots[i]
		if h == 0 {
			return -1, i
		}
		e := p.entry(h - 1)
		if e.hash == hash && int(e.len) == len(s) && p.str(int64(h-1)) == s {
			return int64(h - 1), i
		}
	}
}

// intern gives the handle of s, making it if needed.
func (p *pool) intern(s string) int64 {
	hash := uint32(maphash.String(p.seed, s))
	p.mu.Lock()
	defer p.mu.Unlock()
	h, slot := p.lookup(s, hash)
	if h >= 0 {
		return h
	}
	if int(p.n)*3 > len(p.slots)*2 {
		p.grow()
		_, slot = p.lookup(s, hash)
	}
	h = int64(p.n)
	if int(h>>entryBits) == len(*p.entries.Load()) {
		p.addEntries()
	}
	e := p.entry(uint32(h))
	e.hash, e.len = hash, uint32(len(s))
	if len(s) > 0 {
		e.chunk, e.off = p.keep(s)
	}
	p.n++
	p.slots[slot] = p.n
	return h
}

// keep copies s into a chunk. Slices already handed out are never moved.
func (p *pool) keep(s string) (chunk, off uint32) {
	chunks := *p.chunks.Load()
	if len(s) > chunkSize/4 {
		p.add([]byte(s))
		return uint32(len(chunks)), 0
	}
	if len(s) > len(p.free) {
		p.free = make([]byte, chunkSize)
		p.open = uint32(len(chunks))
		p.add(p.free)
	}
	chunk, off = p.open, uint32(chunkSize-len(p.free))
	copy(p.free, s)
	p.free = p.free[len(s):]
	return chunk, off
}

func (p *pool) addEntries() {
	entries := append(*p.entries.Load(), new([entryChunk]entry))
	p.entries.Store(&entries)
}

func (p *pool) add(chunk []byte) {
	chunks := append(*p.chunks.Load(), chunk)
	p.chunks.Store(&chunks)
}

func (p *pool) grow() {
	p.slots = make([]uint32, len(p.slots)*2)
	mask := uint32(len(p.slots) - 1)
	for h := uint32(0); h < p.n; h++ {
		i := p.entry(h).hash & mask
		for p.slots[i] != 0 {
			i = (i + 1) & mask
		}
		p.slots[i] = h + 1
	}
}

// bytesOf gives the bytes of s without copying; they must not be written.
func bytesOf(s string) []byte {
	return unsafe.Slice(unsafe.StringData(s), len(s))
}
