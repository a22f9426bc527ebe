// Package bench measures golsf beside real peers in the same run and reports
// ratios (docs/performance.md). It is a module of its own, so that users of
// golsf do not build the peers:
//
//	cd internal/bench && go test -bench .
//
// Every benchmark interleaves golsf and its peers, takes the CPU time of the
// process for each (user and system, garbage collection included) and reports
// the median of the rounds; "x-faster" is peer / golsf, "ratio" golsf / peer.
package bench
