%% The items of benches/node.rs on the BEAM, in plain OTP, to compare with.
%%
%% erl +S 1:1 +P 1000000 -noshell -pa DIR -s bench main -extra ITEM
%% prints a JSON line: {"system","item","n","seconds","per_sec","bytes"}.
-module(bench).
-behaviour(gen_server).

-export([main/0, start_server/1]).
-export([init/1, handle_call/3, handle_cast/2]).

main() ->
    ok = logger:set_primary_config(level, none),
    [Item] = init:get_plain_arguments(),
    %% A process with default flags, as a user's would be.
    {Runner, Monitor} = spawn_monitor(fun() -> report(Item, item(list_to_existing_atom(Item))) end),
    Status = receive
        {'DOWN', Monitor, process, Runner, normal} -> 0;
        {'DOWN', Monitor, process, Runner, Reason} -> io:format(standard_error, "~s: ~p~n", [Item, Reason]), 1
    end,
    halt(Status).

report(Item, {N, Nanoseconds, Bytes}) ->
    Seconds = Nanoseconds / 1.0e9,
    PerSecond = if Nanoseconds > 0 -> N / Seconds; true -> 0.0 end,
    Weight = case Bytes of none -> "null"; _ -> float_to_list(Bytes, [{decimals, 1}]) end,
    io:format("{\"system\":\"beam\",\"item\":\"~s\",\"n\":~b,\"seconds\":~.6f,\"per_sec\":~.1f,\"bytes\":~s}~n",
              [Item, N, Seconds, PerSecond, Weight]).

%% --- the server that every item uses, and its supervisors

start_server(Args) -> gen_server:start_link(?MODULE, Args, []).

init({supervise, Strategy, Intensity, Period, Specs}) ->
    {ok, {#{strategy => Strategy, intensity => Intensity, period => Period}, Specs}};
init({announce, Listener}) ->
    Listener ! {up, self()},
    {ok, 0};
init(State) ->
    {ok, State}.

handle_call(next, _From, {A, B}) -> {reply, A, {B, A + B}};
handle_call(count, _From, Count) -> {reply, Count, Count};
handle_call(ping, _From, State) -> {reply, pong, State}.

handle_cast(add, Count) -> {noreply, Count + 1}.

supervise(Strategy, Intensity, Period, Specs) ->
    {ok, Supervisor} = supervisor:start_link(?MODULE, {supervise, Strategy, Intensity, Period, Specs}),
    Supervisor.

child(Id, Args) -> #{id => Id, start => {?MODULE, start_server, Args}}.

%% --- the stopwatch

measure(N, Work) ->
    erlang:garbage_collect(),
    Begin = erlang:monotonic_time(nanosecond),
    Work(),
    {N, erlang:monotonic_time(nanosecond) - Begin, none}.

times(0, _) -> ok;
times(N, Work) -> Work(), times(N - 1, Work).

call(Server) -> pong = gen_server:call(Server, ping).

flood(N) -> times(N, fun() -> self() ! {noise, 1} end).

%% --- items

item(pingpong) ->
    {ok, Server} = start_server(0),
    times(20_000, fun() -> call(Server) end),
    measure(300_000, fun() -> times(300_000, fun() -> call(Server) end) end);
item(cast) ->
    N = 1_000_000,
    {ok, Server} = start_server(0),
    measure(N, fun() ->
        times(N, fun() -> gen_server:cast(Server, add) end),
        N = gen_server:call(Server, count, infinity)
    end);
item(ring) ->
    {Size, Rounds} = {1_000, 1_000},
    Last = lists:foldl(fun(_, Next) -> spawn(fun() -> pass_on(Next) end) end, self(), lists:seq(2, Size)),
    measure(Size * Rounds, fun() -> times(Rounds, fun() -> Last ! token, receive token -> ok end end) end);
item(spawn) ->
    %% The best setting for a process that so many write to.
    process_flag(message_queue_data, off_heap),
    {N, Me} = {100_000, self()},
    measure(N, fun() ->
        times(N, fun() -> spawn(fun() -> receive go -> Me ! done end end) ! go end),
        times(N, fun() -> receive done -> ok end end)
    end);
item(sup_start) ->
    N = 100_000,
    Supervisor = supervise(simple_one_for_one, 1, 5, [child(any, [])]),
    measure(N, fun() -> times(N, fun() -> {ok, _} = supervisor:start_child(Supervisor, [0]) end) end);
item(memory) ->
    N = 100_000,
    erlang:garbage_collect(),
    Before = erlang:memory(total),
    Servers = [element(2, {ok, _} = gen_server:start(?MODULE, 0, [])) || _ <- lists:seq(1, N)],
    erlang:garbage_collect(),
    After = erlang:memory(total),
    {length(Servers), 0, (After - Before) / N};
item(restart_1k) ->
    restart(1_000);
item(restart) ->
    restart(10_000);
item(treestop) ->
    N = 10_000,
    Supervisor = supervise(one_for_one, 1, 5, [child(Id, [0]) || Id <- lists:seq(1, N)]),
    unlink(Supervisor),
    measure(N, fun() -> gen_server:stop(Supervisor) end);
item(selrecv_ref) ->
    {ok, Server} = start_server(0),
    flood(10_000),
    times(1_000, fun() -> call(Server) end),
    measure(100_000, fun() -> times(100_000, fun() -> call(Server) end) end);
item(selrecv_scan) ->
    %% No fresh reference in the pattern, so every receive looks at every message.
    Me = self(),
    Echo = spawn(fun() -> echo(Me) end),
    flood(10_000),
    measure(2_000, fun() -> times(2_000, fun() -> Echo ! ping, receive pong -> ok end end) end);
item(fib_seq) ->
    {ok, Server} = start_server({0, 1}),
    measure(10_000, fun() -> times(10_000, fun() -> gen_server:call(Server, next) end) end).

pass_on(Next) -> receive Token -> Next ! Token, pass_on(Next) end.

echo(To) -> receive ping -> To ! pong, echo(To) end.

restart(N) ->
    supervise(one_for_one, 100_000_000, 1, [child(c, [{announce, self()}])]),
    First = receive {up, Pid} -> Pid end,
    measure(N, fun() -> kill(N, First) end).

kill(0, _) -> ok;
kill(N, Child) ->
    exit(Child, kill),
    Next = receive {up, Pid} -> Pid end,
    call(Next),
    kill(N - 1, Next).
