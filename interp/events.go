package interp

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// localEvents runs the local handlers and local constraints for what changed
// since the last time. A violated local constraint empties the session.
func (t *thread) localEvents() {
	list := t.inst.rules().local
	s := t.sess
	if len(list) == 0 {
		return
	}
	for _, r := range list {
		if text, violated := t.runRule(r); violated {
			t.inst.complain(text)
			s.st.Cancel(true)
			s.reset()
			return
		}
	}
	s.st.Mark()
}

// globalEvents runs the handlers and checks the constraints of an APPLY until
// one is violated or the APPLY is cancelled.
func (t *thread) globalEvents() {
	a := t.sess.applying
	outer := t.handler
	t.handler = true
	defer func() { t.handler = outer }()
	for _, r := range t.inst.rules().global {
		text, violated := t.runRule(r)
		if violated {
			a.cancelled = true
			a.reason = strings.TrimSuffix(text, "\n")
			a.messages = append(a.messages, text)
		}
		if a.cancelled {
			return
		}
	}
}

// runRule executes one rule; for a violated constraint it gives the message.
func (t *thread) runRule(r *rule) (text string, violated bool) {
	if !r.touched(t.sess) {
		return "", false
	}
	size := 0
	if r.frame != nil {
		size = len(r.frame.Slots)
	}
	fr := t.enter(size)
	defer t.leave()
	switch r.kind {
	case constraintRule:
		return t.check(r, fr)
	case aggregationRule:
		return t.aggregate(r, fr)
	}
	if r.rows == nil {
		if r.cond == nil || r.cond(fr) {
			r.body(t, fr)
		}
		return "", false
	}
	set := r.rows.get(fr)
	for i := range set.Len() {
		t.tick(r.span)
		set.Bind(i, fr)
		if s := r.body(t, fr); s == broke {
			break
		}
	}
	return "", false
}

// check looks whether a constraint is violated.
func (t *thread) check(r *rule, fr *query.Frame) (text string, violated bool) {
	if r.rows == nil {
		if !r.cond(fr) {
			return "", false
		}
		return t.constraintText(r, fr), true
	}
	set := r.rows.get(fr)
	if set.Len() == 0 {
		return "", false
	}
	cells := make([][]string, 0, set.Len())
	for i := range min(set.Len(), maxShown) {
		set.Bind(i, fr)
		row := make([]string, len(r.columns))
		for j, c := range r.columns {
			row[j] = value.TextOf(c.value(fr))
		}
		cells = append(cells, row)
	}
	headers := make([]string, len(r.columns))
	for i, c := range r.columns {
		headers[i] = c.caption
	}
	return t.constraintText(r, fr) + "\n" + table(headers, cells) + "\n", true
}

// maxShown bounds the offending rows that a constraint's message lists.
const maxShown = 100

func (t *thread) constraintText(r *rule, fr *query.Frame) string {
	if r.message == nil {
		return r.constraint.Text
	}
	return value.TextOf(r.message(fr))
}

// table draws the objects that violate a constraint.
func table(headers []string, rows [][]string) string {
	width := make([]int, len(headers))
	total := 1
	for i, h := range headers {
		width[i] = utf8.RuneCountInString(h)
		for _, r := range rows {
			width[i] = max(width[i], utf8.RuneCountInString(r[i]))
		}
		total += width[i] + 1
	}
	var b strings.Builder
	line := strings.Repeat("-", total)
	row := func(cells []string) {
		for i, c := range cells {
			b.WriteByte('|')
			b.WriteString(strings.Repeat(" ", width[i]-utf8.RuneCountInString(c)))
			b.WriteString(c)
		}
		b.WriteString("|\n")
	}
	b.WriteString(line + "\n")
	row(headers)
	b.WriteString(line + "\n")
	for _, r := range rows {
		row(r)
	}
	b.WriteString(line)
	return b.String()
}

// classCaption is the name of a class in such a table.
func (i *Instance) classCaption(c value.Class) string {
	if c.IsObject() {
		of := i.class(int(c.User))
		if of == nil {
			return "Object"
		}
		if of.Caption != "" {
			return of.Caption
		}
		return of.Ident
	}
	word := strings.ToLower(c.Name.Word())
	if word == "" {
		return ""
	}
	return strings.ToUpper(word[:1]) + word[1:]
}

// aggregation is AGGR at run time.
type aggregation struct {
	class   *bound.Class
	params  []int
	object  query.Scalar // of the row, now
	was     query.Scalar // of the row, before
	dropped *rowPlan
	back    []*cell
	holds   func(*query.Frame) bool
	lost    *rowPlan // rows that hold but whose object is gone
}

func (i *Instance) aggregationRule(x *bound.Aggregation) *rule {
	r := &rule{kind: aggregationRule, span: x.Span, frame: &x.Frame, mode: modeOf(x.Local), isNew: x.New}
	c := &compiler{inst: i, frame: &x.Frame, mode: r.mode}
	r.condition(c, changeOf(bound.Set, x.Condition), nil, false)
	args := make([]bound.Expr, len(x.New))
	for n, s := range x.New {
		args[n] = &bound.Param{Node: bound.Node{Class: x.Frame.Slots[s].Class, Span: x.Span}, Slot: s}
	}
	object := &bound.Call{Node: bound.Node{Class: x.Class.Value(), Span: x.Span}, Prop: x.Property, Args: args}
	a := &aggregation{class: x.Class, params: x.New, object: c.scalar(object), was: c.scalar(&bound.Prev{Node: object.Node, X: object})}
	a.holds = c.cond(x.Condition)
	node := bound.Node{Class: value.ClassBoolean, Span: x.Span}
	if len(x.New) > 0 {
		a.dropped = c.rows(x.Span, rowQuery{cond: changeOf(bound.Dropped, x.Condition), new: x.New})
		a.lost = c.rows(x.Span, rowQuery{cond: &bound.And{Node: node, Items: []bound.Expr{changeOf(bound.Dropped, object), x.Condition}}, new: x.New})
	}
	for _, p := range x.Back {
		w := c.cell(p, x.Span)
		a.back = append(a.back, w)
		r.props = append(r.props, w.handle)
		r.writes.property(p)
	}
	r.writes.class(x.Class)
	for _, p := range i.prog.Properties {
		if p.Kind == bound.Data && len(p.Params) > 0 && p.Params[0] == x.Class.Value() {
			r.writes.property(p)
		}
	}
	r.aggr = a
	return r
}

func changeOf(kind bound.ChangeKind, x bound.Expr) bound.Expr {
	return &bound.Change{Node: bound.Node{Class: value.ClassBoolean, Span: x.Place()}, Kind: kind, X: x}
}

// aggregate makes and deletes the objects of an aggregation. An object that was
// deleted by hand while its condition holds refuses the APPLY.
func (t *thread) aggregate(r *rule, fr *query.Frame) (text string, violated bool) {
	a := r.aggr
	if r.rows == nil {
		return "", false
	}
	gone := a.dropped.get(fr)
	lost := a.lost.get(fr)
	born := r.rows.get(fr)
	if lost.Len() > 0 {
		return t.missing(r, lost, fr), true
	}
	var ids []value.Value
	for i := range gone.Len() {
		t.tick(r.span)
		gone.Bind(i, fr)
		v := a.object(fr)
		if v.IsNull() {
			v = a.was(fr)
		}
		ids = append(ids, v)
	}
	for _, v := range ids {
		if v.Kind() == value.Object && t.sess.st.ClassOf(store.Now, v.Num()) != 0 {
			t.sess.st.Delete(v.Num())
		}
	}
	for i := range born.Len() {
		t.tick(r.span)
		born.Bind(i, fr)
		if !a.object(fr).IsNull() {
			continue
		}
		key := []value.Value{t.newObject(a.class)}
		for j, w := range a.back {
			w.put(t, key, fr.Slots[a.params[j]])
		}
	}
	t.changedObjects()
	return t.unfounded(r, fr)
}

// missing tells for which rows the aggregated object was deleted by hand.
func (t *thread) missing(r *rule, lost *query.RowSet, fr *query.Frame) string {
	a := r.aggr
	headers := make([]string, len(a.params))
	for i, s := range a.params {
		headers[i] = t.inst.classCaption(r.frame.Slots[s].Class) + " (ID)"
	}
	var cells [][]string
	for i := range min(lost.Len(), maxShown) {
		lost.Bind(i, fr)
		row := make([]string, len(a.params))
		for j, s := range a.params {
			row[j] = value.TextOf(fr.Slots[s])
		}
		cells = append(cells, row)
	}
	return "an aggregated object of class " + t.inst.classCaption(a.class.Value()) + " is missing\n" + table(headers, cells) + "\n"
}

// unfounded looks for objects of the class that were made or changed by hand
// and for whose values the condition does not hold: they refuse the APPLY.
func (t *thread) unfounded(r *rule, fr *query.Frame) (text string, violated bool) {
	a, s := r.aggr, t.sess.st
	changed := map[int64]bool{}
	s.ObjectChanges(int32(a.class.Number), r.mode.Since, func(id int64, _, is bool) bool {
		if is {
			changed[id] = true
		}
		return true
	})
	for _, w := range a.back {
		s.Changes(w.handle, r.mode.Since, func(keys []value.Value, _, _ value.Value) bool {
			if s.Is(store.Now, keys[0].Num(), int32(a.class.Number)) {
				changed[keys[0].Num()] = true
			}
			return true
		})
	}
	var cells [][]string
	for _, id := range slices.Sorted(maps.Keys(changed)) {
		t.tick(r.span)
		object := value.ObjectOf(id)
		for j, w := range a.back {
			fr.Slots[a.params[j]] = s.Get1(store.Now, w.handle, object)
		}
		if !a.holds(fr) || !value.Equal(a.object(fr), object) {
			cells = append(cells, []string{value.TextOf(object)})
		}
	}
	if len(cells) == 0 {
		return "", false
	}
	name := t.inst.classCaption(a.class.Value())
	return "the condition of an aggregated object of class " + name + " does not hold\n" +
		table([]string{name + " (ID)"}, cells[:min(len(cells), maxShown)]) + "\n", true
}
