package parse

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/token"
)

// literal reads a constant that is no text, or gives nil.
func (p *parser) literal() *ast.Literal {
	t := p.tok()
	lit := &ast.Literal{Text: t.Value}
	switch t.Type {
	case token.Int:
		n, err := strconv.ParseInt(t.Value, 10, 32)
		if err != nil {
			p.failAt(t, "E1202", "number "+t.Value+" is out of the range of INTEGER",
				"A LONG is written with L at its end, a NUMERIC with a point.")
		}
		lit.Kind, lit.Int = ast.IntegerLiteral, n
	case token.Long:
		n, err := strconv.ParseInt(t.Value[:len(t.Value)-1], 10, 64)
		if err != nil {
			p.failAt(t, "E1202", "number "+t.Value+" is out of the range of LONG", "A NUMERIC is written with a point.")
		}
		lit.Kind, lit.Int = ast.LongLiteral, n
	case token.Numeric:
		lit.Kind = ast.NumericLiteral
	case token.Double:
		lit.Kind, lit.Text = ast.DoubleLiteral, t.Value[:len(t.Value)-1]
	case token.Null:
		lit.Kind = ast.NullLiteral
	case token.Bool:
		if t.Value == "FALSE" {
			p.failAt(t, "E1203", "there is no FALSE", "What is not TRUE is NULL; TFALSE is a value of TBOOLEAN.")
		}
		lit.Kind, lit.Int = ast.BooleanLiteral, 1
	case token.TBool:
		lit.Kind = ast.TBooleanLiteral
		if t.Value == "TTRUE" {
			lit.Int = 1
		}
	case token.Date:
		lit.Kind, lit.Int = ast.DateLiteral, p.days(t)
	case token.Time:
		lit.Kind, lit.Int = ast.TimeLiteral, p.clock(t, t.Value)
	case token.DateTime:
		lit.Kind = ast.DateTimeLiteral
		lit.Int = p.days(t)*86_400_000_000 + p.clock(t, t.Value[11:])
	case token.Color:
		n, _ := strconv.ParseInt(t.Value[1:], 16, 64)
		lit.Kind, lit.Int = ast.ColorLiteral, n
	default:
		return nil
	}
	p.next()
	lit.Loc = locOf(t, t)
	return lit
}

// rgb reads RGB(r, g, b).
func (p *parser) rgb() ast.Expr {
	start := p.need("RGB")
	p.need("(")
	n := int64(0)
	for i := range 3 {
		if i > 0 {
			p.need(",")
		}
		t := p.tok()
		if t.Type != token.Int {
			p.unexpected("a number from 0 to 255")
		}
		c, err := strconv.ParseInt(t.Value, 10, 32)
		if err != nil || c > 255 {
			p.failAt(t, "E1205", "component "+t.Value+" of a color is not from 0 to 255")
		}
		p.next()
		n = n<<8 | c
	}
	p.need(")")
	return &ast.Literal{Loc: p.loc(start), Kind: ast.ColorLiteral, Int: n, Text: fmt.Sprintf("#%06X", n)}
}

func (p *parser) part(t *lexer.Token, digits, what string, low, high int) int {
	n, _ := strconv.Atoi(digits)
	if n < low || n > high {
		p.failAt(t, "E1204", fmt.Sprintf("%s %s is not from %d to %d", what, digits, low, high))
	}
	return n
}

// days reads YYYY_MM_DD at the beginning of a token.
func (p *parser) days(t *lexer.Token) int64 {
	v := t.Value
	year := p.part(t, v[:4], "year", 1900, 9999)
	month := p.part(t, v[5:7], "month", 1, 12)
	day := p.part(t, v[8:10], "day", 1, 31)
	date := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if date.Day() != day {
		p.failAt(t, "E1204", "there is no date "+strings.ReplaceAll(v[:10], "_", "-"))
	}
	return date.Unix() / 86_400
}

// clock reads HH:MM or HH:MM:SS as microseconds.
func (p *parser) clock(t *lexer.Token, v string) int64 {
	seconds := p.part(t, v[:2], "hour", 0, 23)*3600 + p.part(t, v[3:5], "minute", 0, 59)*60
	if len(v) > 5 {
		seconds += p.part(t, v[6:8], "second", 0, 59)
	}
	return int64(seconds) * 1_000_000
}
