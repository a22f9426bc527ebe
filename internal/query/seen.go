package query

import "github.com/golsf/golsf/runtime/value"

// seenRows remembers rows by the values of some slots.
type seenRows struct {
	slots []int
	ids   []*[seenPage / 64]uint64 // of one slot that holds objects
	rows  map[string]struct{}
	key   []byte
}

const (
	seenPage = 4096
	seenMost = 1 << 30
)

// add reports whether the row of the frame is new.
func (s *seenRows) add(fr *Frame) bool {
	if len(s.slots) == 1 {
		if v := fr.Slots[s.slots[0]]; v.Kind() == value.Object && uint64(v.Num()) < seenMost {
			return s.addID(uint64(v.Num()))
		}
	}
	s.key = s.key[:0]
	for _, slot := range s.slots {
		s.key = value.AppendKey(s.key, fr.Slots[slot])
	}
	if _, ok := s.rows[string(s.key)]; ok {
		return false
	}
	if s.rows == nil {
		s.rows = map[string]struct{}{}
	}
	s.rows[string(s.key)] = struct{}{}
	return true
}

func (s *seenRows) addID(id uint64) bool {
	pg := int(id / seenPage)
	for pg >= len(s.ids) {
		s.ids = append(s.ids, nil)
	}
	if s.ids[pg] == nil {
		s.ids[pg] = new([seenPage / 64]uint64)
	}
	word, bit := &s.ids[pg][id%seenPage/64], uint64(1)<<(id&63)
	if *word&bit != 0 {
		return false
	}
	*word |= bit
	return true
}
