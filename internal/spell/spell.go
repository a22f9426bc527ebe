// Package spell finds the known name that a misspelled one probably means.
package spell

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Nearest gives the candidate closest to word, or "" when none is close
// enough: a different case, or at most one edit for every three letters.
// Among equals the first in alphabetical order wins, so the answer does not
// depend on the order of candidates. The word itself is never suggested.
func Nearest(word string, candidates []string) string {
	best, bestCost := "", (utf8.RuneCountInString(word)+2)/3+1
	low := strings.ToLower(word)
	for _, c := range candidates {
		if c == word || c == "" {
			continue
		}
		cost := distance(low, strings.ToLower(c), bestCost+1)
		if cost < bestCost || cost == bestCost && best != "" && c < best {
			best, bestCost = c, cost
		}
	}
	return best
}

// distance is the number of insertions, deletions, substitutions and swaps of
// neighbours that turn a into b, or limit when it is at least that.
func distance(a, b string, limit int) int {
	x, y := []rune(a), []rune(b)
	if d := len(x) - len(y); d >= limit || -d >= limit {
		return limit
	}
	before, prev, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		if slices.Min(row) >= limit {
			return limit
		}
		before, prev, row = prev, row, before
	}
	return min(prev[len(y)], limit)
}
