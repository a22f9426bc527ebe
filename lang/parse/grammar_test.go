package parse

import (
	"strings"
	"sync"
	"testing"
)

// TestProductions builds every production: a wrong tag shows only then.
func TestProductions(t *testing.T) {
	productions.header.build()
	productions.class.build()
	productions.group.build()
	productions.table.build()
	productions.form.build()
	productions.filters.build()
	productions.orders.build()
	productions.hints.build()
	productions.filterGroup.build()
	productions.userFilters.build()
	productions.pivot.build()
	productions.formEdit.build()
	productions.reports.build()
	productions.formSetting.build()
	productions.designPosition.build()
	productions.navigatorOption.build()
	productions.schedule.build()
	productions.window.build()
	productions.extendWindow.build()
	productions.hideWindow.build()
	productions.importData.build()
	productions.importForm.build()
	productions.importFormat.build()
	productions.export.build()
	productions.exportForm.build()
	productions.exportFormat.build()
	productions.json.build()
	productions.external.build()
	productions.internalCall.build()
	productions.forLoop.build()
	productions.newAction.build()
	productions.ifAction.build()
	productions.caseAction.build()
	productions.multi.build()
	productions.try.build()
	productions.request.build()
	productions.local.build()
	productions.apply.build()
	productions.cancel.build()
	productions.newSession.build()
	productions.newThread.build()
	productions.newExecutor.build()
	productions.newConnection.build()
	productions.newWhere.build()
	productions.delete.build()
	productions.changeClass.build()
	productions.recalculate.build()
	productions.returnAction.build()
	productions.message.build()
	productions.eval.build()
	productions.read.build()
	productions.write.build()
	productions.email.build()
	productions.ask.build()
	productions.input.build()
	productions.showDep.build()
	productions.show.build()
	productions.dialog.build()
}

// BenchmarkBuild measures what the grammar costs a program that uses all of it.
func BenchmarkBuild(b *testing.B) {
	for b.Loop() {
		new(production[classSyntax]).build()
		new(production[formSyntax]).build()
		new(production[pivotSyntax]).build()
		new(production[navigatorOptionSyntax]).build()
		new(production[windowSyntax]).build()
	}
}

// TestConcurrent reads one text in many goroutines.
func TestConcurrent(t *testing.T) {
	src := []byte("MODULE m; REQUIRE a, b; CLASS A 'a' { x, y } : B; FORM f OBJECTS a = A FILTERS x(a) ORDERS y(a); WINDOW w TOOLBAR;")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				script, errs := File("m.lsf", src)
				if len(errs) > 0 || len(script.Statements) != 3 || len(script.Header.Require) != 2 {
					t.Errorf("%d statements, %v", len(script.Statements), errs)
				}
			}
		})
	}
	wg.Wait()
}

// TestExpectation reads what a rule may begin with out of messages.
func TestExpectation(t *testing.T) {
	for _, tt := range []struct{ rule, want string }{
		{`"FROM" Expr`, "'FROM'"},
		{`("DO" Action ("ELSE" Action)?) | ";"`, "'DO' ';'"},
		{`("WAIT"? "TO") | nodeText`, "'WAIT' 'TO' a text"},
		{`((?= <ident> "=") nodeName "=")? Expr`, "a name an expression"},
		{`nodeString | (nodeText ("=" nodeText)?)`, "a text"},
		{`"(" ")"`, "'('"},
		{`nodeNobodyKnows`, ""},
		{`(`, ""},
	} {
		got := strings.Join(expectation("unexpected token \"x\" (expected "+tt.rule+")"), " ")
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.rule, got, tt.want)
		}
	}
}
