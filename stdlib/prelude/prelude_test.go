package prelude_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/parse"
	"github.com/golsf/golsf/lang/resolve"
	"github.com/golsf/golsf/runtime/value"
	"github.com/golsf/golsf/stdlib/actions"
	"github.com/golsf/golsf/stdlib/functions"
	"github.com/golsf/golsf/stdlib/prelude"
)

// ofInterpreter are the properties and actions that package interp computes
// under their own names.
var ofInterpreter = []string{
	"System.applyMessage", "System.canceled", "System.class", "System.classCaption", "System.className",
	"System.executeLocalEvents", "System.javaStackTraceCaughtException", "System.lsfStackTraceCaughtException",
	"System.messageCaughtException", "System.objectClassName", "System.staticCaption", "System.staticName",
	"System.staticObject", "System.staticOrder", "System.throwException",
}

// ofServer needs what golsf does not have: printers, mailboxes, cameras, other
// programs. A call is an error that names the action.
var ofServer = []string{
	"Authentication.calculateBase64Hash", "Authentication.generateAuthToken",
	"Backup.backup", "Backup.decreaseBackup", "Backup.delete", "Backup.save", "Com.writeToComPort",
	"Email.importEML", "Email.receiveEML", "Email.receiveEmail", "Excel.process", "Geo.getCoordinates",
	"Geo.isPointInPolygon", "I18n.translate", "Image.convertImage", "Image.mergeImages", "Image.resizeImage",
	"Image.resizeImageMaxSize", "OpenCV.convertToBlackAndWhite", "OpenCV.imageToString",
	"Printer.getAvailablePrinters", "Printer.printFile", "Printer.writeToPrinter", "Printer.writeToServerPrinter",
	"Printer.writeToSocket", "ProcessMonitor.killProcess", "RabbitMQ.getStatus", "RabbitMQ.sendMessage",
	"RabbitMQ.startConsumer", "RabbitMQ.stopConsumer", "Scheduler.setupScheduler", "Skype.sendMessage",
	"Slack.sendMessage", "SystemEvents.notify", "SystemEvents.push", "Utils.mergeExcel", "Utils.pagesCountPdf",
	"Utils.pdfToString", "Utils.ping", "Utils.protectExcel", "Utils.readResourcePaths", "Utils.readServerMemory",
	"Utils.setWeight", "Utils.toTsQuery", "Utils.toTsVector", "Utils.tsRank", "Utils.wordToPdf",
	"Viber.sendMessage", "WebSocket.sendBinaryMessage", "WebSocket.sendStringMessage", "Whatsapp.sendMessage",
	"Word.process",
}

// ofExtensions are the actions of package ext.
var ofExtensions = []string{"Extensions.fire"}

// load resolves a program that requires the modules.
func load(t *testing.T, modules ...string) *bound.Program {
	t.Helper()
	script, list := parse.File("main.lsf", []byte("MODULE Main;\nREQUIRE "+strings.Join(modules, ", ")+";\n"))
	r := resolve.New(resolve.Library{Find: func(name string) (resolve.Source, bool) {
		text, ok := prelude.Text(name)
		return resolve.Source{File: name + ".lsf", Text: text, System: true}, ok
	}})
	prog, more := r.Add([]*ast.Script{script})
	for _, d := range append(list, more...) {
		t.Errorf("%s: %s: %s", d.Span.Start, d.Code, d.Message)
	}
	return prog
}

func modules(t *testing.T) []string {
	t.Helper()
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		if name, ok := strings.CutSuffix(f.Name(), ".lsf"); ok {
			names = append(names, name)
		}
	}
	return names
}

// Every module resolves alone, and all of them together.
func TestModules(t *testing.T) {
	names := modules(t)
	for _, name := range names {
		t.Run(name, func(t *testing.T) { load(t, name) })
	}
	t.Run("all", func(t *testing.T) { load(t, names...) })
}

// overload finds the function that takes parameters of these classes.
func overload(table *functions.Table, name string, params []value.Class) *functions.Func {
	for i := range table.All() {
		f := &table.All()[i]
		if f.Name == name && slices.EqualFunc(f.Params, params, func(a, b value.Class) bool {
			return !a.Known() || !b.Known() || a.Name == b.Name
		}) {
			return f
		}
	}
	return nil
}

// Every property and action that is written in Go has a body, of the declared
// class and with the declared rule for NULL.
func TestNatives(t *testing.T) {
	prog := load(t, modules(t)...)
	table, acts := functions.New(), actions.New(actions.Config{})
	used := map[string]bool{}
	elsewhere := func(id string) bool {
		used[id] = true
		return slices.Contains(ofInterpreter, id) || slices.Contains(ofServer, id) || slices.Contains(ofExtensions, id)
	}
	for _, p := range prog.Properties {
		n, ok := p.Body.(*bound.Native)
		if !ok || elsewhere(n.Func) {
			continue
		}
		f := overload(table, n.Func, p.Params)
		switch {
		case f == nil:
			t.Errorf("%s: no function %s%v", p.Ident, n.Func, p.Params)
		case f.Nulls != n.Nullable:
			t.Errorf("%s: NULL arguments: declared %v, the function says %v", f.Signature(), n.Nullable, f.Nulls)
		case f.Result.Known() && f.Result.Name != n.Class.Name:
			t.Errorf("%s: declared as %s, the function gives %s", f.Signature(), n.Class, f.Result)
		}
	}
	for _, a := range prog.Actions {
		if a.Native == "" || elsewhere(a.Native) {
			continue
		}
		if _, ok := acts.Lookup(a.Native); !ok {
			t.Errorf("%s: no action %s", a.Ident, a.Native)
		}
	}
	for _, id := range slices.Concat(ofInterpreter, ofExtensions, ofServer) {
		if !used[id] {
			t.Errorf("%s is not declared", id)
		}
	}
	for _, id := range ofServer {
		if _, ok := acts.Lookup(id); ok {
			t.Errorf("%s is available", id)
		}
	}
}

// A function of the standard library that no module declares cannot be called.
func TestFunctionsAreDeclared(t *testing.T) {
	prog := load(t, modules(t)...)
	declared := map[string]bool{}
	for _, p := range prog.Properties {
		switch n := p.Body.(type) {
		case *bound.Native:
			declared[n.Func] = true
		case *bound.Entries:
			declared[n.Func] = true
		}
	}
	for _, f := range functions.New().All() {
		if !declared[f.Name] {
			t.Errorf("%s is not declared", f.Signature())
		}
	}
}

func BenchmarkSystemUtilsTime(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		t := &testing.T{}
		load(t, "System", "Utils", "Time")
	}
}
