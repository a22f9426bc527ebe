package resolve

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/value"
)

// expr resolves an expression. fresh says whether it may introduce parameters.
// The answer is never nil; after an error it is a *wrong.
func (c *context) expr(x ast.Expr, fresh bool) bound.Expr {
	switch x := x.(type) {
	case nil:
		return invalid(diag.Span{})
	case *ast.ParamExpr:
		return c.param(x, fresh)
	case *ast.Literal:
		return c.literal(x)
	case *ast.TextLiteral:
		return c.text(x, fresh)
	case *ast.StaticObject:
		return c.static(x)
	case *ast.Call:
		return c.call(x, fresh)
	case *ast.InlineCall:
		return c.inlineCall(x, fresh)
	case *ast.Paren:
		return c.expr(x.X, fresh)
	case *ast.Unary:
		return c.unary(x, fresh)
	case *ast.Binary:
		return c.binary(x, fresh)
	case *ast.IfPostfix:
		v := c.expr(x.X, fresh)
		cond := c.expr(x.Cond, fresh)
		return &bound.If{Node: at(x, v.ValueClass()), Cond: cond, Then: v, Postfix: true}
	case *ast.IfThenElse:
		return c.ifThenElse(x, fresh)
	case *ast.CaseExpr:
		return c.caseExpr(x, fresh)
	case *ast.Choice:
		return c.choice(x, fresh)
	case *ast.Extreme:
		items := c.exprs(x.Operands, fresh)
		class := c.branches(x, "MAX and MIN", items)
		return &bound.Extreme{Node: at(x, class), Max: x.Max, Items: items}
	case *ast.Concat:
		return c.concat(x, fresh)
	case *ast.Group:
		if len(x.By) > 0 {
			c.u.r.errorf(x.Span(), "E2502", "BY cannot be used inside an expression; declare a property, or write [ GROUP … BY … ](arguments)")
			return invalid(x.Span())
		}
		g, _ := c.group(x)
		return g
	case *ast.Partition:
		return c.partition(x, fresh)
	case *ast.Recursion:
		return c.recursion(x, fresh)
	}
	return c.expr2(x, fresh)
}

func (c *context) expr2(x ast.Expr, fresh bool) bound.Expr {
	switch x := x.(type) {
	case *ast.StructExpr:
		return &bound.StructOf{Node: at(x, value.Class{Name: value.NameStruct}), Parts: c.exprs(x.Operands, fresh)}
	case *ast.Index:
		return c.index(x, fresh)
	case *ast.ClassTest:
		return c.classTest(x, fresh)
	case *ast.IsClass:
		return c.isClass(c.expr(x.X, fresh), x.Span())
	case *ast.Cast:
		class, _ := c.u.classOf(&x.Class)
		v := c.expr(x.X, fresh)
		return &bound.Cast{Node: at(x, class), X: v}
	case *ast.SessionExpr:
		return c.session(x, fresh)
	case *ast.Round:
		return c.round(x, fresh)
	case *ast.JSONExpr:
		return c.jsonExpr(x)
	case *ast.JSONForm:
		return c.jsonForm(x)
	case *ast.ActiveExpr:
		c.checkActive(x)
		return &bound.Unsupported{Node: at(x, value.ClassBoolean), What: "ACTIVE"}
	case *ast.ObjectExpr:
		class := c.objectPath(&x.Object)
		return &bound.Unsupported{Node: at(x, class), What: x.Kind + " " + x.Object.Form.Name + "." + x.Object.Element.Name}
	case *ast.GroupObjectExpr:
		c.groupPath(&x.Group)
		return &bound.Unsupported{Node: at(x, value.ClassBoolean), What: x.Kind + " of a form"}
	case *ast.DrawExpr:
		c.drawPath(&x.Draw)
		return &bound.Unsupported{Node: at(x, value.ClassBoolean), What: "SELECT PROPERTY"}
	case *ast.ReflectionExpr:
		return c.reflection(x)
	case *ast.DataExpr, *ast.AbstractExpr, *ast.AggrExpr:
		c.u.r.errorf(x.Span(), "E2503", "DATA, ABSTRACT and AGGR may stand only on the right of a declaration")
	case *ast.FormulaExpr:
		c.u.r.errorf(x.Span(), "E2503", "FORMULA may stand only on the right of a declaration or in [ ]")
	default:
		c.u.r.errorf(x.Span(), "E2500", "this expression cannot stand here")
	}
	return invalid(x.Span())
}

func (c *context) exprs(xs []ast.Expr, fresh bool) []bound.Expr {
	out := make([]bound.Expr, len(xs))
	for i, x := range xs {
		out[i] = c.expr(x, fresh)
	}
	return out
}

// maybe resolves an expression that may be missing.
func (c *context) maybe(x ast.Expr, fresh bool) bound.Expr {
	if x == nil {
		return nil
	}
	return c.expr(x, fresh)
}

func constant(v value.Value, span diag.Span) *bound.Const {
	return &bound.Const{Node: bound.Node{Class: value.ClassOfValue(v), Span: span}, Value: v}
}

func (c *context) literal(x *ast.Literal) bound.Expr {
	span := x.Span()
	switch x.Kind {
	case ast.NullLiteral:
		return constant(value.Value{}, span)
	case ast.BooleanLiteral:
		return constant(value.Bool(x.Int != 0), span)
	case ast.TBooleanLiteral:
		if x.Int != 0 {
			return constant(value.TTrue, span)
		}
		return constant(value.TFalse, span)
	case ast.IntegerLiteral:
		return constant(value.Int(int32(x.Int)), span)
	case ast.LongLiteral:
		return constant(value.Int64(x.Int), span)
	case ast.NumericLiteral:
		return constant(decimal(x.Text), span)
	case ast.DoubleLiteral:
		f, _ := strconv.ParseFloat(x.Text, 64)
		return constant(value.Float(f), span)
	case ast.DateLiteral:
		return constant(value.Of(value.Date, x.Int), span)
	case ast.TimeLiteral:
		return constant(value.Of(value.Time, x.Int), span)
	case ast.DateTimeLiteral:
		return constant(value.Of(value.DateTime, x.Int), span)
	case ast.ColorLiteral:
		return constant(value.Of(value.Color, x.Int), span)
	}
	return invalid(span)
}

// decimal reads the digits of a NUMERIC literal.
func decimal(text string) value.Value {
	whole, fraction, _ := strings.Cut(text, ".")
	n, ok := new(big.Int).SetString(whole+fraction, 10)
	if !ok {
		return value.Value{}
	}
	return value.BigDecimal(n, len(fraction))
}

// text is a text literal; with expressions inside it is a CONCAT of its parts.
func (c *context) text(x *ast.TextLiteral, fresh bool) bound.Expr {
	var items []bound.Expr
	var plain strings.Builder
	keys := false
	flush := func() {
		if plain.Len() > 0 {
			items = append(items, constant(value.String(plain.String()), x.Span()))
			plain.Reset()
		}
	}
	for _, p := range x.Parts {
		switch p.Kind {
		case ast.PlainText:
			plain.WriteString(p.Text)
		case ast.ResourceKey:
			keys = true
			plain.WriteString("{" + p.Text + "}")
		case ast.Interpolated:
			flush()
			items = append(items, c.expr(p.Expr, fresh))
		case ast.InlineText, ast.InlineFile, ast.InlineImage:
			plain.WriteString(c.embedded(p, x.Span()))
		}
	}
	if len(items) == 0 {
		k := constant(value.String(plain.String()), x.Span())
		if keys {
			k.Class = value.ClassString
		}
		return k
	}
	flush()
	class := value.StringClass(0)
	for _, item := range items {
		class, _ = value.AddClass(class, item.ValueClass())
	}
	return &bound.Concat{Node: at(x, class), Sep: constant(value.String(""), x.Span()), Items: items}
}

func (c *context) embedded(p ast.TextPart, span diag.Span) string {
	if c.u.r.lib.File != nil {
		if text, ok := c.u.r.lib.File(p.Text); ok {
			return text
		}
	}
	c.u.r.errorf(span, "E2015", "file '%s' is not found", p.Text)
	return ""
}

func (c *context) static(x *ast.StaticObject) bound.Expr {
	r := c.u.r
	k, ok := lookup(c.u, r.classes, &x.Class, "class", "E2001")
	if !ok {
		return invalid(x.Span())
	}
	for _, o := range k.Static {
		if o.Ident == x.Object.Name {
			return &bound.StaticRef{Node: at(x, k.Value()), Object: o}
		}
	}
	var names []string
	for _, o := range k.Static {
		names = append(names, o.Ident)
	}
	r.errorHint(x.Object.Span(), "E2014", nearest(x.Object.Name, names), "class '%s' has no static object '%s'", k.Ident, x.Object.Name)
	return invalid(x.Span())
}

func (c *context) call(x *ast.Call, fresh bool) bound.Expr {
	args := c.exprs(x.Args, fresh)
	m := c.u.member(&x.Ref, anyMember, c.searchClasses(args), false, c.locals)
	if m == nil {
		return invalid(x.Span())
	}
	if m.isAction() && c.act != nil && !m.broken {
		return c.callInside(x, args)
	}
	if m.isAction() {
		if !m.broken || m.prop == nil {
			c.u.r.errorf(x.Ref.Name.Span(), "E2501", "'%s' is an action and cannot be used in an expression", x.Ref.Name.Name)
		}
		return invalid(x.Span())
	}
	return c.callMember(m, args, &x.Ref, x.Span())
}

// callMember applies a property to arguments.
func (c *context) callMember(m *member, args []bound.Expr, ref *ast.PropertyRef, span diag.Span) bound.Expr {
	if m.broken || m.prop == nil {
		return &wrong{bound.Node{Class: m.result, Span: span}}
	}
	if len(args) != len(m.signature) {
		c.u.r.errorf(ref.Name.Span(), "E2403", "'%s' takes %d parameters, not %d", ref.Name.Name, len(m.signature), len(args))
		return invalid(span)
	}
	for i, a := range args {
		c.infer(a, m.signature[i])
	}
	call := callOf(m.prop, args, span)
	if n, ok := call.(*bound.Call); ok && !n.Class.Known() && generic(m.prop.Body) {
		n.Class = c.u.r.genericClass(args)
	}
	return call
}

// genericClass is the common class of arguments, unknown when one of them is.
func (r *Resolver) genericClass(args []bound.Expr) value.Class {
	for _, a := range args {
		if !a.ValueClass().Known() {
			return unknown
		}
	}
	class, _ := r.joinClass(args)
	return class
}

// generic reports whether a property has the class of its arguments: a
// formula without a class of its own, or a call of one.
func generic(x bound.Expr) bool {
	switch x := x.(type) {
	case *bound.Native:
		return !x.Class.Known()
	case *bound.Formula:
		return !x.Class.Known()
	case *bound.Call:
		return generic(x.Prop.Body)
	}
	return false
}

func callOf(p *bound.Property, args []bound.Expr, span diag.Span) bound.Expr {
	return &bound.Call{Node: bound.Node{Class: p.Class, Span: span}, Prop: p, Args: args}
}

// checkNull reports a body that can only give NULL: a call of a stored
// property with a literal NULL.
func (r *Resolver) checkNull(x bound.Expr) {
	call, ok := x.(*bound.Call)
	if !ok {
		return
	}
	p, args, span := call.Prop, call.Args, call.Span
	if p.Kind != bound.Data && p.Kind != bound.Local {
		return
	}
	for _, a := range args {
		if k, ok := a.(*bound.Const); ok && k.Value.IsNull() {
			r.errorf(span, "E2610", "this is always NULL: an argument of '%s' is NULL", p.Ident)
			return
		}
	}
}

func (c *context) unary(x *ast.Unary, fresh bool) bound.Expr {
	v := c.expr(x.X, fresh)
	if x.Op == ast.Not {
		return &bound.Not{Node: at(x, value.ClassBoolean), X: v}
	}
	if k, ok := v.(*bound.Const); ok && isNumberLiteral(x.X) {
		if n, err := value.Neg(k.Value); err == nil {
			return constant(n, x.Span())
		}
	}
	class := v.ValueClass()
	if class.IsObject() {
		c.u.r.errorf(x.Span(), "E2301", "an object of class %s cannot be negated", c.u.r.className(class))
	}
	return &bound.Negate{Node: at(x, class), X: v}
}

func isNumberLiteral(x ast.Expr) bool {
	l, ok := x.(*ast.Literal)
	return ok && l.Kind >= ast.IntegerLiteral && l.Kind <= ast.DoubleLiteral
}

func (c *context) binary(x *ast.Binary, fresh bool) bound.Expr {
	switch x.Op {
	case ast.And, ast.Or:
		if x.Op == ast.Or {
			c.loose++
			defer func() { c.loose-- }()
		}
		items := c.chain(x, x.Op, fresh, nil)
		if x.Op == ast.And {
			return &bound.And{Node: at(x, value.ClassBoolean), Items: items}
		}
		return &bound.Or{Node: at(x, value.ClassBoolean), Items: items}
	}
	l, r := c.expr(x.X, fresh), c.expr(x.Y, fresh)
	switch x.Op {
	case ast.Xor:
		return &bound.Xor{Node: at(x, value.ClassBoolean), L: l, R: r}
	case ast.Like, ast.Match:
		return c.like(x, l, r)
	case ast.Equal, ast.NotEqual, ast.Less, ast.Greater, ast.LessOrEqual, ast.GreaterOrEqual:
		return c.compare(x, l, r)
	}
	return c.arith(x, l, r)
}

// chain collects a AND b AND c in one list.
func (c *context) chain(x ast.Expr, op ast.Op, fresh bool, items []bound.Expr) []bound.Expr {
	if b, ok := x.(*ast.Binary); ok && b.Op == op {
		items = c.chain(b.X, op, fresh, items)
		return c.chain(b.Y, op, fresh, items)
	}
	return append(items, c.expr(x, fresh))
}

func (c *context) like(x *ast.Binary, l, r bound.Expr) bound.Expr {
	for _, side := range []bound.Expr{l, r} {
		k := side.ValueClass()
		if k.Known() && !k.IsText() && !(x.Op == ast.Match && k.Kind() == value.Opaque) {
			c.u.r.errorf(side.Place(), "E2304", "%s needs texts, this is %s", x.Op, c.u.r.className(k))
			return invalid(x.Span())
		}
	}
	ignore := l.ValueClass().IgnoresCase() || x.Op == ast.Match
	return &bound.Like{Node: at(x, value.ClassBoolean), X: l, Pattern: r, Match: x.Op == ast.Match, IgnoreCase: ignore}
}

func (c *context) compare(x *ast.Binary, l, r bound.Expr) bound.Expr {
	a, b := l.ValueClass(), r.ValueClass()
	if !c.u.r.overlaps(a, b) {
		c.u.r.errorf(x.Span(), "E2302", "a value of class %s cannot be compared with one of class %s", c.u.r.className(a), c.u.r.className(b))
		return invalid(x.Span())
	}
	if isNull(l) || isNull(r) {
		c.u.r.warnf(x.Span(), "W2908", "a comparison with NULL is always NULL; ask with NOT or IF")
	}
	if x.Op == ast.Equal {
		c.infer(l, b)
		c.infer(r, a)
	}
	ops := map[ast.Op]bound.CompareOp{ast.Equal: bound.Eq, ast.NotEqual: bound.Ne, ast.Less: bound.Lt,
		ast.Greater: bound.Gt, ast.LessOrEqual: bound.Le, ast.GreaterOrEqual: bound.Ge}
	return &bound.Compare{Node: at(x, value.ClassBoolean), Op: ops[x.Op], L: l, R: r}
}

func (c *context) arith(x *ast.Binary, l, r bound.Expr) bound.Expr {
	a, b := l.ValueClass(), r.ValueClass()
	for _, side := range []bound.Expr{l, r} {
		k := side.ValueClass()
		if k.IsObject() && !(x.Op == ast.Add && (a.IsText() || b.IsText())) {
			c.u.r.errorf(side.Place(), "E2301", "an object of class %s cannot be an operand of %s", c.u.r.className(k), x.Op)
			return invalid(x.Span())
		}
	}
	var class value.Class
	var ok bool
	var op bound.ArithOp
	switch x.Op {
	case ast.Add:
		op = bound.Add
		class, ok = value.AddClass(a, b)
	case ast.Sub:
		op = bound.Sub
		class, ok = value.SubClass(a, b)
	case ast.Mul:
		op = bound.Mul
		class, ok = value.MulClass(a, b)
	case ast.Div:
		op = bound.Div
		class, ok = value.DivClass(a, b)
	case ast.NullAdd:
		op = bound.SumPlus
		class, ok = value.AddClass(a, b)
	case ast.NullSub:
		op = bound.SumMinus
		class, ok = value.SubClass(a, b)
	}
	if !ok && (a.Known() || b.Known()) {
		if !(a.IsText() || b.IsText()) && a.Known() && b.Known() {
			c.u.r.warnf(x.Span(), "W2301", "%s of %s and %s has no meaning", x.Op, c.u.r.className(a), c.u.r.className(b))
		} else if a.Known() && b.Known() {
			c.u.r.warnf(x.Span(), "W2301", "%s of a text has no meaning", x.Op)
		}
		if class = a; !a.Known() || a.IsText() && b.IsNumber() {
			class = b
		}
	}
	return &bound.Arith{Node: at(x, class), Op: op, L: l, R: r}
}

// branches is the common class of several values of one expression, to which
// they are converted.
func (c *context) branches(x ast.Node, what string, items []bound.Expr) value.Class {
	class, ok := c.u.r.joinClass(items)
	if !ok {
		c.u.r.errorf(x.Span(), "E2303", "the classes of %s do not fit: %s", what, c.u.r.classList(classesOfExprs(items)))
		return unknown
	}
	for i := range items {
		items[i] = converted(items[i], class)
	}
	return class
}

func classesOfExprs(xs []bound.Expr) []value.Class {
	out := make([]value.Class, 0, len(xs))
	for _, x := range xs {
		if x != nil && x.ValueClass().Known() {
			out = append(out, x.ValueClass())
		}
	}
	return out
}

func (c *context) ifThenElse(x *ast.IfThenElse, fresh bool) bound.Expr {
	cond := c.expr(x.Cond, fresh)
	then := c.expr(x.Then, fresh)
	if x.Else == nil {
		return &bound.If{Node: at(x, then.ValueClass()), Cond: cond, Then: then}
	}
	c.loose++
	items := []bound.Expr{then, c.expr(x.Else, fresh)}
	c.loose--
	class := c.branches(x, "IF", items)
	return &bound.If{Node: at(x, class), Cond: cond, Then: items[0], Else: items[1]}
}

func (c *context) caseExpr(x *ast.CaseExpr, fresh bool) bound.Expr {
	c.loose++
	defer func() { c.loose-- }()
	var whens, items []bound.Expr
	for i := range x.Branches {
		whens = append(whens, c.expr(x.Branches[i].When, fresh))
		items = append(items, c.expr(x.Branches[i].Then, fresh))
	}
	if x.Else != nil {
		items = append(items, c.expr(x.Else, fresh))
	}
	out := &bound.Case{Node: at(x, c.branches(x, "CASE", items)), Exclusive: x.Exclusive == "EXCLUSIVE"}
	for i, w := range whens {
		out.Arms = append(out.Arms, bound.Arm{When: w, Then: items[i]})
	}
	if x.Else != nil {
		out.Else = items[len(items)-1]
	}
	return out
}

func (c *context) choice(x *ast.Choice, fresh bool) bound.Expr {
	c.loose++
	items := c.exprs(x.Operands, fresh)
	c.loose--
	word := [...]string{"MULTI", "OVERRIDE", "EXCLUSIVE"}[x.Kind]
	if x.Kind == ast.Multi {
		out := &bound.Case{Exclusive: x.Exclusive != "OVERRIDE"}
		conds := make([]bound.Expr, len(items))
		for i, item := range items {
			conds[i] = c.isClass(item, item.Place())
		}
		out.Node = at(x, c.branches(x, word, items))
		for i, item := range items {
			out.Arms = append(out.Arms, bound.Arm{When: conds[i], Then: item})
		}
		return out
	}
	class := c.branches(x, word, items)
	return &bound.Override{Node: at(x, class), Items: items, Exclusive: x.Kind == ast.Exclusive}
}

// isClass is the condition that the arguments of x are of the classes of its
// property; of anything but a call, that x has a value.
func (c *context) isClass(x bound.Expr, span diag.Span) bound.Expr {
	call, ok := x.(*bound.Call)
	if !ok {
		return clone(x)
	}
	var items []bound.Expr
	for i, a := range call.Args {
		k := call.Prop.Params[i]
		if !k.Known() {
			continue
		}
		is := &bound.Is{Node: bound.Node{Class: value.ClassBoolean, Span: span}, X: clone(a), Of: c.u.r.class(k)}
		if is.Of == nil {
			is.Builtin = k
		}
		items = append(items, is)
	}
	switch len(items) {
	case 0:
		return constant(value.True, span)
	case 1:
		return items[0]
	}
	return &bound.And{Node: bound.Node{Class: value.ClassBoolean, Span: span}, Items: items}
}

func (c *context) concat(x *ast.Concat, fresh bool) bound.Expr {
	sep := c.expr(x.Separator, fresh)
	items := c.exprs(x.Operands, fresh)
	class := value.StringClass(0)
	for _, item := range items {
		class, _ = value.AddClass(class, item.ValueClass())
		class, _ = value.AddClass(class, sep.ValueClass())
	}
	return &bound.Concat{Node: at(x, class), Sep: sep, Items: items}
}

func (c *context) classTest(x *ast.ClassTest, fresh bool) bound.Expr {
	v := c.expr(x.X, fresh)
	class, ok := c.u.classOf(&x.Class)
	if !ok {
		return invalid(x.Span())
	}
	of := c.u.r.class(class)
	builtin := value.Class{}
	if of == nil {
		builtin = class
	}
	if x.As {
		return &bound.As{Node: at(x, class), X: v, Of: of, Builtin: builtin}
	}
	c.infer(v, class)
	return &bound.Is{Node: at(x, value.ClassBoolean), X: v, Of: of, Builtin: builtin}
}

func (c *context) session(x *ast.SessionExpr, fresh bool) bound.Expr {
	v := c.expr(x.X, fresh)
	if p, bare := x.X.(*ast.ParamExpr); bare && p.Class != nil && c.u.r.class(v.ValueClass()) != nil {
		// DROPPED(Order o): the object itself.
		v = &bound.Is{Node: at(x, value.ClassBoolean), X: v, Of: c.u.r.class(v.ValueClass())}
	} else if bare {
		c.u.r.errorf(x.Span(), "E2504", "%s of a parameter has no meaning; it takes a property", x.Kind)
		return invalid(x.Span())
	}
	if x.Kind == "PREV" {
		return &bound.Prev{Node: at(x, v.ValueClass()), X: v}
	}
	kinds := map[string]bound.ChangeKind{"CHANGED": bound.Changed, "SET": bound.Set, "DROPPED": bound.Dropped,
		"SETCHANGED": bound.SetChanged, "DROPCHANGED": bound.DroppedChanged, "SETDROPPED": bound.SetDropped}
	return &bound.Change{Node: at(x, value.ClassBoolean), Kind: kinds[x.Kind], X: v}
}

func (c *context) round(x *ast.Round, fresh bool) bound.Expr {
	v := c.expr(x.X, fresh)
	digits := c.maybe(x.Digits, fresh)
	class := v.ValueClass()
	if class.Known() && !class.IsNumber() {
		c.u.r.errorf(v.Place(), "E2305", "ROUND needs a number, this is %s", c.u.r.className(class))
		return invalid(x.Span())
	}
	if digits == nil {
		class = value.RoundClass(class, 0)
	} else if k, ok := digits.(*bound.Const); ok {
		class = value.RoundClass(class, int(k.Value.Num()))
	}
	if digits == nil {
		return &bound.Round{Node: at(x, class), X: v}
	}
	if k := digits.ValueClass(); k.Known() && !k.IsNumber() {
		c.u.r.errorf(digits.Place(), "E2305", "the digits of ROUND are a number, this is %s", c.u.r.className(k))
	}
	return &bound.Round{Node: at(x, class), X: v, Digits: digits}
}

func (c *context) index(x *ast.Index, fresh bool) bound.Expr {
	v := c.expr(x.X, fresh)
	if isWrong(v) {
		return v
	}
	if k := v.ValueClass(); k.Known() && k.Name != value.NameStruct {
		c.u.r.errorf(x.Span(), "E2506", "a value of class %s has no parts", c.u.r.className(k))
		return invalid(x.Span())
	}
	classes := structClasses(v, 0)
	class := unknown
	if classes != nil {
		if x.N < 1 || int(x.N) > len(classes) {
			c.u.r.errorf(x.Span(), "E2505", "the structure has %d parts, there is no part %d", len(classes), x.N)
			return invalid(x.Span())
		}
		class = classes[x.N-1]
	}
	return &bound.Part{Node: at(x, class), X: v, Index: int(x.N) - 1}
}

// structClasses are the classes of the parts of a structure, nil when they
// cannot be seen.
func structClasses(x bound.Expr, depth int) []value.Class {
	if x == nil || depth > 20 {
		return nil
	}
	switch x := x.(type) {
	case *bound.StructOf:
		out := make([]value.Class, len(x.Parts))
		for i, p := range x.Parts {
			out[i] = p.ValueClass()
		}
		return out
	case *bound.Call:
		if x.Prop.Kind == bound.Calculated {
			return structClasses(x.Prop.Body, depth+1)
		}
		return nil
	}
	var found []value.Class
	parts(x, func(p *bound.Expr) {
		if found == nil && (*p).ValueClass().Name == value.NameStruct {
			found = structClasses(*p, depth+1)
		}
	})
	return found
}

func (c *context) reflection(x *ast.ReflectionExpr) bound.Expr {
	k := onlyProperty
	if x.Use.Action {
		k = onlyAction
	}
	m := c.u.member(&x.Use.Ref, k, nil, true, c.locals)
	if m == nil {
		return invalid(x.Span())
	}
	n := bound.Name{Ident: m.name, Namespace: m.mod.Namespace}
	return constant(value.String(c.u.r.canonicalName(&n, m.signature)), x.Span())
}
