package ext

// prior is what the last item that really ran has left for the conditions.
type prior uint8

const (
	nothingYet prior = iota
	succeeded
	failed
)

// startIsSuccess lets a prev_success run where nothing has run before it, as
// the conditions of build pipelines do. The source leaves it open.
const startIsSuccess = true

// met tells whether an item with the condition runs after p.
func (c Condition) met(p prior, startIsSuccess bool) bool {
	switch c {
	case PrevSuccess:
		return p == succeeded || p == nothingYet && startIsSuccess
	case PrevFailed:
		return p == failed
	}
	return true
}

// step is what became of an item that was to be called.
type step uint8

const (
	started step = iota // asynchronous: it says nothing to those below
	ok
	bad
)

// status words the end of a step.
func (s step) status() Status {
	switch s {
	case ok:
		return StatusSuccess
	case bad:
		return StatusFailed
	}
	return StatusAsync
}

// chain calls the items of a union in their order under their conditions: call
// runs an item, has tells whether something carries its URI, ended gets its
// status. The result is that of the last item that ran, true when none did.
func chain(list []Item, startIsSuccess bool, has func(i int) bool, call func(i int) step, ended func(i int, s Status)) bool {
	last := nothingYet
	for i, item := range list {
		switch {
		case !has(i):
			ended(i, StatusMissing)
			continue
		case !item.Condition.met(last, startIsSuccess):
			ended(i, StatusSkipped)
			continue
		}
		s := call(i)
		switch s {
		case ok:
			last = succeeded
		case bad:
			last = failed
		}
		ended(i, s.status())
	}
	return last != failed
}
