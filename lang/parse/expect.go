package parse

import (
	"slices"
	"strings"
)

// expectation finds in a message of participle what was expected: signs, words
// and nodes that have a name for people.
func expectation(message string) []string {
	_, rule, ok := strings.Cut(message, "(expected ")
	if !ok {
		return nil
	}
	r := ruleReader{rule: strings.TrimSuffix(rule, ")")}
	r.sequence()
	if slices.Contains(r.expected, "a text") {
		// A name may stand for a text.
		r.expected = slices.DeleteFunc(r.expected, func(s string) bool { return s == "a name" })
	}
	return r.expected
}

// ruleReader collects with what a rule in EBNF may begin.
type ruleReader struct {
	rule     string
	expected []string
}

// sequence reads alternatives up to a closing parenthesis, and reports whether
// nothing matches one of them too.
func (r *ruleReader) sequence() (nullable bool) {
	begun := false
	for {
		r.rule = strings.TrimLeft(r.rule, " ")
		if r.rule == "" || r.rule[0] == ')' {
			return nullable || !begun
		}
		if r.rule[0] == '|' {
			r.rule = r.rule[1:]
			nullable = nullable || !begun
			begun = false
			continue
		}
		known := len(r.expected)
		if empty := r.element(); begun {
			r.expected = r.expected[:known]
		} else {
			begun = !empty
		}
	}
}

// element reads a word, a node or a group with the sign of repetition after it.
func (r *ruleReader) element() (nullable bool) {
	switch {
	case strings.HasPrefix(r.rule, "(?"):
		known := len(r.expected)
		r.rule = r.rule[len("(?="):]
		r.sequence()
		r.expected = r.expected[:known]
		r.skip(")")
		nullable = true
	case r.rule[0] == '(':
		r.rule = r.rule[1:]
		nullable = r.sequence()
		r.skip(")")
	case r.rule[0] == '"':
		word, rest, _ := strings.Cut(r.rule[1:], `"`)
		r.rule = rest
		r.add("'" + word + "'")
	default:
		end := strings.IndexAny(r.rule, " ()|?*+!")
		if end < 0 {
			end = len(r.rule)
		}
		if end == 0 {
			end = 1
		}
		r.add(nodeNames(r.rule[:end])...)
		r.rule = r.rule[end:]
	}
	if r.rule != "" && strings.IndexByte("?*+!", r.rule[0]) >= 0 {
		nullable = nullable || r.rule[0] == '?' || r.rule[0] == '*'
		r.rule = r.rule[1:]
	}
	return nullable
}

func (r *ruleReader) skip(sign string) { r.rule = strings.TrimPrefix(r.rule, sign) }

func (r *ruleReader) add(words ...string) {
	for _, w := range words {
		if !slices.Contains(r.expected, w) {
			r.expected = append(r.expected, w)
		}
	}
}

// nodeNames says for people what a node of the grammar is.
func nodeNames(node string) []string {
	switch node {
	case "nodeIdent", "nodeName", "GroupTargetSyntax", "GroupValueSyntax":
		return []string{"a name"}
	case "Expr", "FilterSyntax", "OrderSyntax", "AliasedSyntax", "OrderedSyntax", "ColumnsSyntax", "NamedExprSyntax",
		"SqlSyntax", "HttpSyntax", "ExternalLSFSyntax", "ExternalDBFSyntax":
		return []string{"an expression"}
	case "nodeText", "nodeString", "nodeCaption", "ContextActionSyntax":
		return []string{"a text"}
	case "nodeParams", "nodeParamExprs", "nodeClasses", "nodeRefs", "nodeArgs":
		return []string{"'('"}
	case "nodeBlock":
		return []string{"'{'"}
	case "BranchSyntax":
		return []string{"'WHEN'"}
	case "RecipientSyntax":
		return quoteAll([]string{"TO", "CC", "BCC"})
	case "nodeNumber":
		return []string{"a number"}
	case "nodeClass":
		return []string{"a class"}
	case "nodeBuiltin", "nodeInputClass", "ImportFieldSyntax":
		return []string{"a built-in class"}
	case "nodeRef", "nodeUse", "ImportTargetSyntax":
		return []string{"the name of a property or action"}
	case "nodeDraw":
		return []string{"the name of a property"}
	case "StaticSyntax":
		return []string{"the name of a static object"}
	case "nodeComponent":
		return []string{"a component"}
	case "nodeImportFormat":
		return quoteAll(importFormats())
	case "nodeExportFormat":
		return quoteAll(exportFormats())
	case "ExternalTarget":
		return quoteAll([]string{"HTTP", "SQL", "LSF", "CONNECTOR", "TCP", "UDP", "DBF", "JAVA"})
	}
	return nil
}
