package httpconn_test

import (
	"strings"
	"time"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/value"
)

func one(steps ...*connect.Call) func(string) []step {
	return func(string) []step {
		var out []step
		for _, c := range steps {
			out = append(out, step{call: c})
		}
		return out
	}
}

const formData = "multipart/form-data"

// conversations are the captured programs as calls.
func conversations() map[string]conversation {
	all := map[string]conversation{}
	for _, group := range []map[string]conversation{urlCases(), bodyCases(), multipartCases(), answerCases(), transportCases()} {
		for name, c := range group {
			all[name] = c
		}
	}
	return all
}

func urlCases() map[string]conversation {
	return map[string]conversation{
		"url-literal-chars": {steps: func(h string) []step {
			return []step{{call: get(h + "/!&'()*+,-.:;=@_~/q?a=[1]&b={2}|\"<>^`&c=é/?#frag")}}
		}},
		"url-value-chars": {steps: func(h string) []step {
			c := get(h + "/v?a=$1&b=$2")
			c.Params = []connect.Param{text("A z0.9-*_~!'()"), text("+/=&?%#й€$1")}
			return []step{{call: c}}
		}},
		"url-value-classes": {steps: func(h string) []step {
			c := get(h + "/v?integer=$1&long=$2&numeric=$3&double=$4&boolean=$5&date=$6&time=$7&datetime=$8&color=$9&string=$10&null=$11&text=$12")
			day := int64(19849)
			clock := int64(7*3600+8*60+9) * 1e6
			for _, v := range []value.Value{value.Int(-5), value.Int64(5000000000), value.Decimal(125000, 4), value.Float(1.5), value.True,
				value.Of(value.Date, day), value.Of(value.Time, clock), value.Of(value.DateTime, day*86400*1e6+clock),
				value.Of(value.Color, 0xFF0000), value.String("x y")} {
				c.Params = append(c.Params, param(v))
			}
			c.Params = append(c.Params, null(value.ClassInteger), text("long text"))
			return []step{{call: c}}
		}},
		"url-index": {skip: map[int]bool{1: true}, steps: func(h string) []step {
			first := get(h + "/a?zero=$0&nine=$9&one=$1")
			first.Params = []connect.Param{text("$2"), text("b")}
			second := get(h + "/b?ten=$10&eleven=$11")
			for i := range 9 {
				second.Params = append(second.Params, param(value.Int(int32(i+1))))
			}
			second.Params = append(second.Params, text("ten"), text("eleven"))
			return []step{{first, errorEnds("$0 has no parameter: PARAMS has 2")}, {call: second}}
		}},
		"url-index-in-host": {steps: func(h string) []step {
			port := h[strings.LastIndexByte(h, ':')+1:]
			c := with(get("http://127.0.0.1:$1/$2/$3"), connect.HTTPOptions{NoEncode: true})
			c.Params = []connect.Param{text(port), text("a/b"), text("c d")}
			bad := get("http://$1/x")
			bad.Params = []connect.Param{text("user@host/x")}
			return []step{{call: c}, {bad, errorEnds(`cannot stand in the host of an URL: "user@host/x"`)}}
		}},
		"url-noencode": {skip: map[int]bool{}, replace: map[int][]string{2: {"/? HTTP", "/%D0%B9 HTTP"}}, steps: func(h string) []step {
			c := with(get(h+"/z%2Fz?w=$1&u=%D0%B9#f"), connect.HTTPOptions{NoEncode: true})
			c.Params = []connect.Param{text("p q%/й")}
			return []step{{call: c},
				{with(get(h+"/a b"), connect.HTTPOptions{NoEncode: true}), errorEnds("illegal character ' ' in the URL " + h + "/a b")},
				{call: with(get(h+"/й"), connect.HTTPOptions{NoEncode: true})}}
		}},
		"url-relative": {steps: func(h string) []step {
			slash := get("/x y?a=$1", value.ClassString)
			slash.Params = []connect.Param{text("c d")}
			none := get("", value.ClassString)
			none.Connection = value.Value{}
			return []step{
				{slash, results("/x%20y?a=c+d")},
				{get("", value.ClassString), results("")},
				{none, errorEnds("connectionString not specified")},
				{get("x/y", value.ClassString), errorEnds("no protocol: x/y")},
			}
		}},
		"url-userinfo-fragment": {steps: func(h string) []step {
			return []step{{get(strings.Replace(h, "//", "//user:pass@", 1) + "/a"), errorEnds("deprecated userinfo component")}}
		}},
		"url-idn": {steps: func(string) []step {
			return []step{{get("http://пример.invalid/путь"), errorEnds("xn--e1afmkfd.invalid: Name or service not known")}}
		}},
	}
}

func bodyCases() map[string]conversation {
	forced := func(c *connect.Call, typ string) *connect.Call {
		return with(c, connect.HTTPOptions{Headers: headers("Content-Type", typ)})
	}
	jsonText := param(value.JSONText(value.NameJSONText, `{"b":"й"}`))
	return map[string]conversation{
		"body-null": {steps: func(h string) []step {
			return one(
				post(h+"/integer", null(value.ClassInteger)), post(h+"/string", null(value.ClassString)), post(h+"/file", null(value.ClassFile)),
				post(h+"/jsonfile", null(class(value.NameJSONFile))), post(h+"/json", null(value.ClassJSON)),
				post(h+"/xml", null(class(value.NameXML))), post(h+"/literal", null(value.Class{})))(h)
		}},
		"body-json-xml": {steps: func(h string) []step {
			return one(post(h+"/json", param(value.JSONText(value.NameJSON, `{"a": "й", "b": 2}`))),
				post(h+"/jsontext", param(value.JSONText(value.NameJSONText, `{"b":2,"a":"й"}`))),
				post(h+"/xml", param(value.OpaqueOf(value.NameXML, `<r><a>1</a></r>`))))(h)
		}},
		"body-file-ext": {steps: func(h string) []step {
			var out []step
			for _, ext := range []string{"abc", "JSON", "txt", "png", "jpg", "xls", "xlsx", "zip", "pdf", "js"} {
				out = append(out, step{call: post(h+"/"+ext, file(value.NameFile, "x", ext, ""))})
			}
			return append(out, step{call: post(h+"/empty", file(value.NameFile, "x", "dat", ""))})
		}},
		"body-namedfile": {steps: func(h string) []step {
			return one(post(h+"/ascii", file(value.NameNamedFile, "{}", "json", "report")),
				post(h+"/cyrillic", file(value.NameNamedFile, "x", "csv", "отчёт за/май")),
				post(h+"/null", null(class(value.NameNamedFile))))(h)
		}},
		"disposition-own": {steps: func(h string) []step {
			return one(with(post(h+"/x", file(value.NameNamedFile, "{}", "json", "report")),
				connect.HTTPOptions{Headers: headers("Content-Disposition", `attachment; filename="mine.json"`)}))(h)
		}},
		"type-charset": {replace: map[int][]string{6: {"???", "Жук", "Content-Length: 3", "Content-Length: 6"}}, steps: func(h string) []step {
			url := forced(post(h+"/url?a=$1", text("й")), "text/plain; charset=windows-1251")
			return one(forced(post(h+"/string", text("Жук")), "text/plain; charset=windows-1251"),
				forced(post(h+"/json", jsonText), "text/plain; charset=windows-1251"),
				forced(post(h+"/file", file(value.NameTextFile, "й", "", "")), "text/plain; charset=windows-1251"), url,
				forced(post(h+"/utf", text("Жук")), "application/json; charset=utf-8"),
				forced(post(h+"/param", text("Жук")), "application/vnd.x+json;version=1"))(h)
		}},
		"type-forced": {replace: map[int][]string{1: {"{\"??\":\"\xe9\"}", `{"щи":"é"}`, "Content-Length: 10", "Content-Length: 13"}}, steps: func(h string) []step {
			return one(forced(post(h+"/string", text(`{"щи":"é"}`)), "application/json"), forced(post(h+"/json", jsonText), "application/json"),
				forced(post(h+"/file", file(value.NameTextFile, "й", "", "")), "application/json"))(h)
		}},
		"type-lower": {steps: func(h string) []step {
			return one(with(post(h+"/x", text("Жук")), connect.HTTPOptions{Headers: headers("content-type", "application/json; charset=utf-8")}))(h)
		}},
		"type-null-file": {steps: func(h string) []step { return one(forced(post(h+"/x", null(value.ClassFile)), "application/json"))(h) }},
		"type-two": {skip: map[int]bool{1: true}, steps: func(h string) []step {
			return []step{{forced(post(h+"/pair", text("left"), text("right")), "application/json"),
				errorEnds("2 parameters are left for the body, and Content-Type application/json can hold only one")}}
		}},
		"bodyurl-errors": {skip: map[int]bool{2: true}, steps: func(h string) []step {
			body := func(path, template string, params ...connect.Param) *connect.Call {
				return with(post(h+path, params...), connect.HTTPOptions{BodyURL: value.String(template)})
			}
			a, b := param(value.Int(1)), param(value.Int(2))
			return []step{
				{body("/left", "b=$2", a, b), errorEnds("All params should be used in BODYURL")},
				{call: with(post(h+"/null", a, b), connect.HTTPOptions{})},
				{body("/empty", "", a), errorEnds("All params should be used in BODYURL")},
				{body("/index", "a=$1&b=$2", a), errorEnds("$2 has no parameter: PARAMS has 1")},
			}
		}},
		"bodyurl-noencode": {steps: func(h string) []step {
			return one(with(post(h+"/u%2Fv", text("щ 1")), connect.HTTPOptions{BodyURL: value.String("a=%2F&b=$1&c=é z"), NoEncode: true}))(h)
		}},
		"bodyurl-forced": {skip: map[int]bool{3: true, 4: true}, steps: func(h string) []step {
			body := func(path, template, typ string) *connect.Call {
				c := forced(post(h+path, text("Ж")), typ)
				c.HTTP.BodyURL = value.String(template)
				return c
			}
			return []step{
				{call: body("/cp1251", "a=$1&b=й", "application/x-www-form-urlencoded; charset=windows-1251")},
				{call: body("/text", "a=$1&b=й", "text/plain")},
				{body("/multi", "a=$1", "multipart/form-data"), errorEnds("multipart type or BODYPARAMNAMES")},
			}
		}},
	}
}

func multipartCases() map[string]conversation {
	toFormData := map[int][]string{0: {"multipart/mixed", formData}}
	named := func(c *connect.Call, n ...string) *connect.Call {
		return with(c, connect.HTTPOptions{BodyParamNames: names(n...)})
	}
	return map[string]conversation{
		"multipart-nulls": {steps: func(h string) []step {
			return one(post(h+"/up", null(value.ClassInteger), null(value.Class{}), null(value.ClassJSON), null(class(value.NameCSVFile))))(h)
		}},
		"multipart-namedfile": {steps: func(h string) []step {
			return one(post(h+"/up", file(value.NameNamedFile, "x;1", "csv", "price list"), file(value.NameNamedFile, "y", "abc", `цена "1"`)))(h)
		}},
		"type-multipart": {steps: func(h string) []step {
			typ := func(c *connect.Call, t string) *connect.Call {
				return with(c, connect.HTTPOptions{Headers: headers("Content-Type", t)})
			}
			return one(typ(post(h+"/one", text("one")), "multipart/form-data"),
				typ(post(h+"/related", file(value.NameXMLFile, "<r/>", "", ""), text("two")), `multipart/related; boundary=abc; type="text/xml"`),
				typ(post(h+"/cp", text("Жук"), text("two")), "multipart/form-data; charset=windows-1251"))(h)
		}},
		"names-one": {replace: toFormData, steps: func(h string) []step { return one(named(post(h+"/one", text("a value")), "solo"))(h) }},
		"names-none-left": {replace: toFormData, steps: func(h string) []step {
			return one(named(post(h+"/none?a=$1", text("a value")), "solo"), named(post(h+"/nothing"), "solo"))(h)
		}},
		"names-extra": {replace: toFormData, steps: func(h string) []step {
			a, b := param(value.Int(1)), param(value.Int(2))
			last := named(post(h+"/c", a, b), "", "y")
			last.HTTP.BodyParamNames[0] = value.Value{}
			return one(named(post(h+"/a", a, b), "a b", "имя", `q"x\y`), named(post(h+"/b", a, b), "x", "x"), last)(h)
		}},
		"names-file": {replace: toFormData, steps: func(h string) []step {
			n := file(value.NameNamedFile, "x", "csv", "own")
			return []step{
				{call: named(post(h+"/f", file(value.NameRawFile, "1", "", ""), text("two"), n, n), "a;file one.txt;z", "b;text.txt", "c", "d;given")},
				{named(post(h+"/f", file(value.NameCSVFile, "5", "", "")), ";only"), errorEnds("Name is blank")},
			}
		}},
		"names-headers": {
			replace: map[int][]string{1: {"multipart/mixed", formData}, 2: {
				"Content-Disposition: form-data; name=\"param0\"\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Disposition: form-data; name=\"mine\"\r\nContent-Type: application/custom\r\n",
				"Content-Disposition: form-data; name=\"mine\"\r\nContent-Type: application/custom\r\n"}},
			steps: func(h string) []step {
				extra := headers("X-Extra", "of two")
				own := headers("Content-Type", "application/custom", "Content-Disposition", `form-data; name="mine"`)
				first := named(post(h+"/a", text("a caption"), file(value.NameXMLFile, "<q/>", "", ""), text("rest")), "caption", "att")
				first.HTTP.BodyParamHeaders = [][]connect.Pair{nil, extra}
				return one(first, with(post(h+"/b", text("x"), text("y")), connect.HTTPOptions{BodyParamHeaders: [][]connect.Pair{own, extra}}),
					with(post(h+"/single", text("alone")), connect.HTTPOptions{BodyParamHeaders: [][]connect.Pair{own}}))(h)
			}},
		"names-other-type": {skip: map[int]bool{2: true}, steps: func(h string) []step {
			c := func(path string, params ...connect.Param) *connect.Call {
				return with(post(h+path, params...), connect.HTTPOptions{BodyParamNames: names("a"), Headers: headers("Content-Type", "application/json")})
			}
			return []step{{call: c("/one", text("x"))}, {c("/two", text("x"), text("y")), errorEnds("can hold only one")}}
		}},
	}
}

func answerCases() map[string]conversation {
	str, in, fl := value.ClassString, value.ClassInteger, value.ClassFile
	return map[string]conversation{
		"answer-charset": {steps: func(h string) []step {
			return []step{{get(h+"/cp1251", str), results("Щука")}, {get(h+"/latin", str), results("é")}, {get(h+"/none", str), results("Брест")},
				{get(h+"/json", class(value.NameJSONText)), results(`{"a":"Ж"}`)}, {get(h+"/bom", str), results("\ufeffx")},
				{get(h+"/bad", str), results("a\ufffdb")}, {get(h+"/unknown", str), errorEnds("unknown charset nosuch")}}
		}},
		"answer-disposition": {steps: func(h string) []step {
			n := class(value.NameNamedFile)
			return []step{{get(h+"/named", n), results("report one.xlsx x")}, {get(h+"/named", fl), results(".xlsx x")}, {get(h+"/star", n), results("отчёт.csv x")},
				{get(h+"/files/data.csv", n), results("file.file x")}, {get(h+"/inline/data.csv?x=1", n), results("data.csv x")}, {get(h+"/bare", n), results("bare.txt x")}}
		}},
		"answer-empty": {steps: func(h string) []step {
			return []step{{get(h+"/empty", str), results("NULL")}, {get(h+"/empty", in), results("NULL")}, {get(h+"/empty", fl), results(".file ")},
				{get(h+"/null", fl), results("NULL")}, {get(h+"/null", str), results("NULL")}, {get(h+"/emptyjson", fl), results(".json ")},
				{get(h+"/204", str), results("NULL")}, {get(h+"/notype", str), results("NULL")}, {get(h+"/bytes", str), results("bytes")}, {get(h+"/bytes", fl), results(".file bytes")}}
		}},
		"answer-form-data": {steps: func(h string) []step {
			return []step{{get(h+"/m", str, in, fl, str), results("начало", "64", `.json {"y":3}`, "NULL")}, {get(h+"/m", str), results("начало")}}
		}},
		"answer-mixed": {steps: func(h string) []step {
			return []step{{get(h+"/m", str, in, fl, str), results("начало", "64", `.json {"y":3}`, "NULL")}, {get(h+"/m", str), results("начало")}}
		}},
		"answer-related": {steps: func(h string) []step {
			return []step{{get(h+"/m", str, str, str), results("no headers", "inner 1", "inner 2")}}
		}},
		"answer-mixed-encoded": {steps: func(h string) []step { return []step{{get(h+"/m", str, str, fl), results("hello", "й!", ".csv a;b")}} }},
		"answer-many-to":       {steps: func(h string) []step { return []step{{get(h+"/x", str, in, fl), results("ok", "NULL", "NULL")}} }},
		"answer-urlencoded": {steps: func(h string) []step {
			return []step{{get(h+"/u", str, in, str), results("red blue?й", "31", "NULL")}, {get(h+"/u", fl), results(".file red blue?й")}, {get(h+"/semi", str, str, fl), results("1", "2", ".file ")}}
		}},
		"answer-json-class": {skip: map[int]bool{5: true, 6: true}, steps: func(h string) []step {
			return []step{{get(h+"/json", str), results(`{"b" : 2, "a":1}`)}, {get(h+"/json", value.ClassJSON), results(`{"a": 1, "b": 2}`)},
				{get(h+"/json", class(value.NameJSONText)), results(`{"b" : 2, "a":1}`)}, {get(h+"/json", class(value.NameJSONFile)), results(`. {"b" : 2, "a":1}`)}}
		}},
		"answer-text-classes": {steps: func(h string) []step {
			numeric, _ := value.ClassOf(value.NameNumeric, 10, 2)
			return []step{{get(h+"/42", in), results("42")}, {get(h+"/42", value.ClassLong), results("42")}, {get(h+"/num", numeric), results("12.57")},
				{get(h+"/num", value.ClassDouble), results("12.567")}, {get(h+"/true", value.ClassBoolean), results("true")}, {get(h+"/42", value.ClassBoolean), results("NULL")},
				{get(h+"/false", value.ClassTBoolean), results("false")}, {get(h+"/day", value.ClassDate), results("2024-05-06")}, {get(h+"/day", value.ClassDateTime), results("2024-05-06T00:00:00")},
				{get(h+"/long", value.StringClass(3)), results("abc")}, {get(h+"/spaces", str), results("  x \r\n")}, {get(h+"/spaces42", in), results("42")}}
		}},
		"status-404": {steps: func(h string) []step {
			return []step{{get(h+"/x", str), status("404 Not Found\n{\"error\":\"нет\"}", `{"error":"нет"}`)}}
		}},
		"status-no-reason": {steps: func(h string) []step { return []step{{get(h + "/x"), status("418 \n")}} }},
		"status-multipart": {steps: func(h string) []step {
			return []step{{get(h+"/x", str, in), status("--QqQ--\r\n", "начало", "64")}}
		}},
		"headersto": {steps: func(h string) []step {
			return []step{{get(h + "/a"), func(r *connect.Reply, err error) string {
				if err != nil || len(r.Headers) != 6 || r.Headers[1].Name != "x-two" || r.Headers[2].Value != "b,c" {
					return "headers are not those sent"
				}
				return ""
			}}}
		}},
		"gzip":    {steps: func(h string) []step { return []step{{get(h+"/z", str), results("сжато")}} }},
		"chunked": {steps: func(h string) []step { return one(get(h + "/c"))(h) }},
	}
}

func transportCases() map[string]conversation {
	str := value.ClassString
	redirect := func(h string) []step {
		p := post(h+"/old", text("data"))
		p.To = []value.Class{str}
		return []step{{get(h+"/old", str), results("arrived")}, {p, results("arrived")}}
	}
	method := func(c *connect.Call, m string) *connect.Call {
		c.Method = m
		return c
	}
	return map[string]conversation{
		"redirect-301": {steps: redirect}, "redirect-302": {steps: redirect}, "redirect-303": {steps: redirect},
		"redirect-307": {steps: redirect}, "redirect-308": {steps: redirect},
		"redirect-put": {steps: func(h string) []step {
			return one(method(post(h+"/old", text("data")), "PUT"), method(post(h+"/old"), "DELETE"))(h)
		}},
		"redirect-loop": {steps: func(h string) []step {
			return []step{{get(h + "/old"), errorEnds("Circular redirect to '" + h + "/old'")}}
		}},
		"retry-503": {steps: func(h string) []step {
			slow := post(h+"/slow", text("x"))
			slow.To = []value.Class{str}
			return []step{{get(h+"/busy", str), results("ok")}, {slow, results("ok")}, {get(h + "/always"), errorEnds("503 Busy\n")}}
		}},
		"refused": {steps: func(h string) []step {
			host := strings.TrimPrefix(h, "http://")
			return []step{{get("http://127.0.0.1:1/x", str), errorEnds("Connection refused")}, {get("http://nosuch.invalid/x", str), errorEnds("nosuch.invalid: Name or service not known")},
				{get(h+"/garbage", str), errorEnds(host + " failed to respond")}, {post(h+"/closed", text("x")), errorEnds(host + " failed to respond")},
				{post(h+"/short", text("x")), errorEnds("(expected: 10; received: 3)")}, {get("ftp://"+host+"/x", str), errorEnds("ftp protocol is not supported")}}
		}},
		"timeout": {silent: true, steps: func(h string) []step {
			return []step{{with(post(h+"/slow", text("x")), connect.HTTPOptions{Timeout: 50 * time.Millisecond}), errorEnds("TimeoutException")}}
		}},
		"cookies-to": {replace: map[int][]string{1: {"Host: HOST", "Cookie: own=q7\nHost: HOST"}}, steps: func(h string) []step {
			return []step{{with(get(h+"/enter"), connect.HTTPOptions{Cookies: headers("own", "q7")}), cookies("own", "q7", "sid", "88", "theme", "dark")}}
		}},
		"cookies-received": {steps: func(h string) []step {
			return []step{{get(h + "/a"), cookies("empty", "", "enc", "a b cй", "other", "1", "q", "quoted")}}
		}},
		"cookies-redirect": {steps: func(h string) []step { return []step{{get(h + "/first"), cookies("a", "1", "b", "2")}} }},
		"cookies-domain": {steps: func(h string) []step {
			own := headers("plain", "abc;domain=127.0.0.1", "path", "p;domain=127.0.0.1;path=/sub", "root", "r;domain=127.0.0.1;path=/",
				"other", "o;domain=example.org", "space", `a b=c"й;domain=127.0.0.1`, "secure", "s;domain=127.0.0.1;secure")
			return one(with(get(h+"/enter"), connect.HTTPOptions{Cookies: own}), with(get(h+"/sub/x"), connect.HTTPOptions{Cookies: own}))(h)
		}},
		"headers-own": {replace: map[int][]string{1: {"x-lower: ?", "x-lower: й"}}, steps: func(h string) []step {
			return one(with(get(h+"/get"), connect.HTTPOptions{Headers: headers("x-lower", "й", "Accept", "application/json", "X-Token", "very secret", "X-Empty", "")}))(h)
		}},
		"headers-standard": {steps: func(h string) []step {
			base := headers("User-Agent", "mine/1", "Accept-Encoding", "identity", "Connection", "close", "Authorization", "Basic dTpw")
			o := func(more ...string) connect.HTTPOptions {
				return connect.HTTPOptions{Headers: append(base[:len(base):len(base)], headers(more...)...)}
			}
			return []step{{call: with(get(h+"/a"), o())}, {call: with(get(h+"/b"), o("Host", "other.example"))},
				{with(post(h+"/c", text("x")), o("Content-Length", "1")), errorEnds("Content-Length header already present: it is set by the call")}}
		}},
	}
}
