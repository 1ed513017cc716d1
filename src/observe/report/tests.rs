//! Expected texts are what Elixir 1.14 on OTP 25 printed for the same terms, without the
//! applications it names in stack traces.

use super::*;
use crate::event::Level;
use crate::term;
use crate::term::Pid;

fn stack() -> Term {
    let location = term!([{file, (Term::charlist("gen_server.erl"))}, {line, 1149}]);
    term!([{Seq.Server, handle_call, 3, []}, {gen_server, try_handle_call, 4, (location)}])
}

fn runtime_error(message: &str) -> Term {
    let name = Term::atom("Elixir.RuntimeError");
    term!(#{__struct__ => (name), __exception__ => true, message => (message)})
}

fn call() -> Term {
    term!({(Term::atom("Elixir.GenServer")), call, [Seq.FibServer, next, 5000]})
}

fn start() -> Term {
    term!({Seq.Application, start, [normal, []]})
}

const FRAMES: &str = "
        Seq.Server.handle_call/3
        gen_server.erl:1149: :gen_server.try_handle_call/4";

const NOPROC: &str = "no process: the process is not alive or there's no process currently associated with the given \
                      name, possibly because its application isn't started";

#[test]
fn exits_read_as_in_elixir() {
    let stack = stack();
    let cases = [
        (term!(normal), "normal".to_owned()),
        (term!(shutdown), "shutdown".into()),
        (term!({shutdown, restart}), "shutdown: :restart".into()),
        (term!(killed), "killed".into()),
        (term!(boom), ":boom".into()),
        (term!(noproc), NOPROC.into()),
        (term!(timeout), "time out".into()),
        (term!(calling_self), "process attempted to call itself".into()),
        (
            term!({noproc, (call())}),
            format!("exited in: GenServer.call(Seq.FibServer, :next, 5000)\n    ** (EXIT) {NOPROC}"),
        ),
        (
            term!({timeout, (call())}),
            "exited in: GenServer.call(Seq.FibServer, :next, 5000)\n    ** (EXIT) time out".into(),
        ),
        (
            term!({{boom, (stack.clone())}, (call())}),
            format!(
                "exited in: GenServer.call(Seq.FibServer, :next, 5000)\n    ** (EXIT) an exception was raised:\n        \
                 ** (ErlangError) Erlang error: :boom{}",
                FRAMES.replace("        ", "            ")
            ),
        ),
        (
            term!({(runtime_error("boom")), (stack.clone())}),
            format!("an exception was raised:\n    ** (RuntimeError) boom{FRAMES}"),
        ),
        (
            term!({{badmatch, {error, x}}, (stack.clone())}),
            format!(
                "an exception was raised:\n    ** (MatchError) no match of right hand side value: {{:error, :x}}{FRAMES}"
            ),
        ),
        (
            term!({function_clause, (stack.clone())}),
            format!(
                "an exception was raised:\n    ** (FunctionClauseError) no function clause matching in \
                 Seq.Server.handle_call/3{FRAMES}"
            ),
        ),
        (
            term!({badarith, (stack.clone())}),
            format!("an exception was raised:\n    ** (ArithmeticError) bad argument in arithmetic expression{FRAMES}"),
        ),
        (
            term!({{nocatch, ball}, (stack.clone())}),
            format!("an exception was raised:\n    ** (ErlangError) Erlang error: {{:nocatch, :ball}}{FRAMES}"),
        ),
        (
            term!({{case_clause, 3}, (stack.clone())}),
            format!("an exception was raised:\n    ** (CaseClauseError) no case clause matching: 3{FRAMES}"),
        ),
        (
            term!({{badkey, a, #{b => 1}}, (stack.clone())}),
            format!("an exception was raised:\n    ** (KeyError) key :a not found in: %{{b: 1}}{FRAMES}"),
        ),
        (
            term!({{badbool, :"and", 1}, (stack.clone())}),
            format!(
                "an exception was raised:\n    ** (BadBooleanError) expected a boolean on left-side of \"and\", got: \
                 1{FRAMES}"
            ),
        ),
        (
            term!({shutdown, {failed_to_start_child, Seq.FibServer, {EXIT, {boom, (stack)}}}}),
            format!(
                "shutdown: failed to start child: Seq.FibServer\n    ** (EXIT) an exception was raised:\n        \
                 ** (ErlangError) Erlang error: :boom{}",
                FRAMES.replace("        ", "            ")
            ),
        ),
        (
            term!({shutdown, {failed_to_start_child, Seq.Supervisor,
                {shutdown, {failed_to_start_child, Seq.FibServer, nope}}}}),
            "shutdown: failed to start child: Seq.Supervisor\n    ** (EXIT) shutdown: failed to start child: \
             Seq.FibServer\n        ** (EXIT) :nope"
                .into(),
        ),
        (term!({bad_return_value, oops}), "bad return value: :oops".into()),
        (term!({bad_return, {Seq.Supervisor, init, oops}}), "Seq.Supervisor.init/1 returned a bad value: :oops".into()),
        (term!({already_started, Seq.FibServer}), "already started: Seq.FibServer".into()),
        (
            term!({start_spec, {duplicate_child_name, Seq.Server}}),
            "bad child specification, more than one child specification has the id: Seq.Server.\nIf using maps as \
             child specifications, make sure the :id keys are unique.\nIf using a module or {module, arg} as child, \
             use Supervisor.child_spec/2 to change the :id, for example:\n\n    children = [\n      \
             Supervisor.child_spec({MyWorker, arg}, id: :my_worker_1),\n      \
             Supervisor.child_spec({MyWorker, arg}, id: :my_worker_2)\n    ]\n"
                .into(),
        ),
        (
            term!({supervisor_data, {invalid_strategy, one}}),
            "bad supervisor configuration, invalid strategy: :one".into(),
        ),
        (
            term!({start_spec, {invalid_shutdown, -1}}),
            "bad child specification, invalid shutdown: -1. Must be an integer >= 0, :infinity or :brutal_kill.".into(),
        ),
        (term!({boom, []}), "{:boom, []}".into()),
        (term!({boom, [1, 2]}), "{:boom, [1, 2]}".into()),
        (term!({a, {b, c, d}}), "{:a, {:b, :c, :d}}".into()),
        (term!({a, {b, c, [1]}}), "exited in: :b.c(1)\n    ** (EXIT) :a".into()),
        (
            term!({normal, {Seq.A, :"hello world", [1]}}),
            "exited in: Seq.A.\"hello world\"(1)\n    ** (EXIT) normal".into(),
        ),
    ];
    for (reason, expected) in cases {
        assert_eq!(format_exit(&reason), expected, "{reason}");
    }
}

#[test]
fn application_errors_read_as_in_elixir() {
    let missing = Term::charlist("no such file or directory");
    let cases = [
        (term!(killed), "killed"),
        (term!(stopped), ":stopped"),
        (term!({already_started, seq}), "already started application seq"),
        (term!({not_started, kernel}), "not started application kernel"),
        (term!({not_loaded, seq}), "not loaded application seq"),
        (term!({(missing), (Term::charlist("gone.app"))}), "could not find application file: gone.app"),
        (term!({bad_return, {(start()), oops}}), "Seq.Application.start(:normal, []) returned a bad value: :oops"),
        (
            term!({bad_return, {(start()), {EXIT, boom}}}),
            "exited in: Seq.Application.start(:normal, [])\n    ** (EXIT) :boom",
        ),
        (
            term!({{shutdown, {failed_to_start_child, Seq.FibServer, nope}}, (start())}),
            "Seq.Application.start(:normal, []) returned an error: shutdown: failed to start child: \
             Seq.FibServer\n    ** (EXIT) :nope",
        ),
        (term!({{EXIT, normal}, (start())}), "exited in: Seq.Application.start(:normal, [])\n    ** (EXIT) normal"),
        (term!({boom, (start())}), "Seq.Application.start(:normal, []) returned an error: :boom"),
        (term!({bad_application, 3}), "bad application: 3"),
    ];
    for (reason, expected) in cases {
        assert_eq!(format_application_error(&reason), expected, "{reason}");
    }
}

#[test]
fn nesting_without_end_is_cut() {
    let deep = (0..10_000).fold(term!(boom), |reason, _| term!({(reason), (call())}));
    let text = format_exit(&deep);
    assert!(text.lines().count() < 40, "{} lines", text.lines().count());
}

fn check(label: Term, body: Term, expected: &str) {
    let report = Report { level: Level::Error, label, body };
    assert_eq!(text(&report), expected.trim_start());
}

fn pid(number: u32) -> Term {
    Pid::new(0, number).into()
}

#[test]
fn a_server_that_raised() {
    let body = term!(#{
        name => Seq.FibServer, last_message => next, state => #{n => 1},
        reason => {(runtime_error("boom")), (stack())}, client_info => {(pid(96)), {(pid(96)), []}}
    });
    check(
        term!({gen_server, terminate}),
        body,
        "
GenServer Seq.FibServer terminating
** (RuntimeError) boom
    Seq.Server.handle_call/3
    gen_server.erl:1149: :gen_server.try_handle_call/4
Last message (from #PID<0.96.0>): :next
State: %{n: 1}
Client #PID<0.96.0> is alive
"
        .trim_start(),
    );
}

#[test]
fn a_server_that_stopped() {
    let from = term!({(pid(96)), tag});
    let last = Term::tuple([Atom::GEN_CALL.into(), from, term!({stop, bad_reason})]);
    let body = term!(#{name => Seq.FibServer, last_message => (last), state => #{n => 1}, reason => bad_reason});
    check(
        term!({gen_server, terminate}),
        body,
        "
GenServer Seq.FibServer terminating
** (stop) :bad_reason
Last message (from #PID<0.96.0>): {:stop, :bad_reason}
State: %{n: 1}",
    );
}

#[test]
fn a_server_that_exited_in_a_call() {
    let body = term!(#{
        name => (pid(7)), last_message => tick, state => [], client_info => undefined,
        reason => {{timeout, (call())}, [{Seq.Server, handle_call, 3, []}]}
    });
    check(
        term!({gen_server, terminate}),
        body,
        "
GenServer #PID<0.7.0> terminating
** (stop) exited in: GenServer.call(Seq.FibServer, :next, 5000)
    ** (EXIT) time out
    Seq.Server.handle_call/3
Last message: :tick
State: []",
    );
}

#[test]
fn a_crashed_process() {
    let info = term!([
        {initial_call, {Seq.Server, init, 1}}, {pid, (pid(107))}, {registered_name, Seq.FibServer},
        {error_info, {error, (runtime_error("boom")), (stack())}}, {ancestors, [Seq.Supervisor, (pid(96))]},
        {message_queue_len, 0}, {messages, []}, {links, [(pid(106))]}, {dictionary, []}, {trap_exit, false},
        {status, running}, {heap_size, 4185}, {stack_size, 28}, {reductions, 4206}
    ]);
    check(
        term!({proc_lib, crash}),
        term!([(info), []]),
        "
Process Seq.FibServer (#PID<0.107.0>) terminating
** (RuntimeError) boom
    Seq.Server.handle_call/3
    gen_server.erl:1149: :gen_server.try_handle_call/4
Initial Call: Seq.Server.init/1
Ancestors: [Seq.Supervisor, #PID<0.96.0>]
Message Queue Length: 0
Messages: []
Links: [#PID<0.106.0>]
Dictionary: []
Trapping Exits: false
Status: :running
Heap Size: 4185
Stack Size: 28
Reductions: 4206",
    );
}

#[test]
fn a_process_that_exited_in_its_init() {
    let info = term!([
        {initial_call, {Seq.Server, init, 1}}, {pid, (pid(126))}, {registered_name, []},
        {error_info, {exit, nope, []}}, {ancestors, [Seq.Supervisor]}
    ]);
    check(
        term!({proc_lib, crash}),
        term!([(info), []]),
        "
Process #PID<0.126.0> terminating
** (exit) :nope
Initial Call: Seq.Server.init/1
Ancestors: [Seq.Supervisor]",
    );
}

fn child(pid: Term) -> Term {
    term!([
        {pid, (pid)}, {id, Seq.FibServer}, {mfargs, {Seq.Server, start_link, [[]]}}, {restart_type, permanent},
        {significant, false}, {shutdown, 5000}, {child_type, worker}
    ])
}

fn supervisor_report(context: &str, reason: Term, offender: Term) -> Term {
    let context = Term::atom(context);
    term!([
        {supervisor, {local, Seq.Supervisor}}, {errorContext, (context)}, {reason, (reason)}, {offender, (offender)}
    ])
}

#[test]
fn a_child_that_started() {
    let body = term!([{supervisor, {(pid(127)), Seq.Sup}}, {started, (child(pid(109)))}]);
    check(
        term!({supervisor, progress}),
        body,
        "
Child Seq.FibServer of Supervisor #PID<0.127.0> (Seq.Sup) started
Pid: #PID<0.109.0>
Start Call: Seq.Server.start_link([])
Restart: :permanent
Shutdown: 5000
Type: :worker",
    );
}

#[test]
fn a_child_that_terminated() {
    check(
        term!({supervisor, child_terminated}),
        supervisor_report("child_terminated", term!(killed), child(pid(122))),
        "
Child Seq.FibServer of Supervisor Seq.Supervisor terminated
** (exit) killed
Pid: #PID<0.122.0>
Start Call: Seq.Server.start_link([])
Restart: :permanent
Shutdown: 5000
Type: :worker",
    );
}

#[test]
fn a_child_that_ended_its_supervisor() {
    check(
        term!({supervisor, shutdown}),
        supervisor_report("shutdown", term!(reached_max_restart_intensity), child(pid(122))),
        "
Child Seq.FibServer of Supervisor Seq.Supervisor caused shutdown
** (exit) :reached_max_restart_intensity
Start Call: Seq.Server.start_link([])
Restart: :permanent
Shutdown: 5000
Type: :worker",
    );
}

#[test]
fn a_child_that_failed_to_start() {
    check(
        term!({supervisor, start_error}),
        supervisor_report("start_error", term!({EXIT, nope}), child(term!(undefined))),
        "
Child Seq.FibServer of Supervisor Seq.Supervisor failed to start
** (exit) :nope
Start Call: Seq.Server.start_link([])
Restart: :permanent
Shutdown: 5000
Type: :worker",
    );
}

#[test]
fn a_child_that_was_shut_down_abnormally() {
    let report = Report {
        level: Level::Error,
        label: term!({supervisor, shutdown_error}),
        body: supervisor_report("shutdown_error", term!(killed), child(pid(134))),
    };
    let expected = "Child Seq.FibServer of Supervisor Seq.Supervisor shut down abnormally ** (exit) killed";
    assert_eq!(headline(&report), expected);
}

#[test]
fn an_application_and_its_end() {
    let node = term!(:"nonode@nohost");
    check(
        term!({application_controller, progress}),
        term!([{application, seq}, {started_at, (node)}]),
        "Application seq started at :nonode@nohost",
    );
    check(
        term!({application_controller, exit}),
        term!([{application, seq}, {exited, stopped}, {type, temporary}]),
        "Application seq exited: :stopped",
    );
}

#[test]
fn a_plain_process_that_raised() {
    check(
        term!({error_logger, error_msg}),
        term!({(pid(139)), {(runtime_error("in spawn")), [{Seq.A, run, 0, []}]}}),
        "Process #PID<0.139.0> raised an exception\n** (RuntimeError) in spawn\n    Seq.A.run/0",
    );
}

#[test]
fn an_unknown_report_shows_its_terms_and_a_text_itself() {
    check(term!({my, report}), term!([{a, 1}]), "{:my, :report} [a: 1]");
    check(term!(logger), term!("next took=3ns"), "next took=3ns");
}
