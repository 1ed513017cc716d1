//! The words of the page, in English and Korean side by side: a key without both does not
//! compile. OTP's terms stay English, with a gloss in Korean; particles never touch a variable.

use super::act::Scene;
use crate::observe::snapshot::{ApplicationState, State};

/// A language of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Korean.
    Ko,
}

impl Lang {
    /// The language of a tag such as `ko-KR`; English for what is not spoken here.
    #[must_use]
    pub fn of(tag: &str) -> Self {
        match tag.get(..2) {
            Some(start) if start.eq_ignore_ascii_case("ko") => Lang::Ko,
            _ => Lang::En,
        }
    }

    /// Its tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Ko => "ko",
        }
    }

    /// The other one.
    pub(crate) const fn other(self) -> Self {
        match self {
            Lang::En => Lang::Ko,
            Lang::Ko => Lang::En,
        }
    }

    /// Its words.
    pub(crate) const fn words(self) -> &'static Words {
        match self {
            Lang::En => &EN,
            Lang::Ko => &KO,
        }
    }
}

macro_rules! words {
    ($($key:ident: $en:literal, $ko:literal;)*) => {
        /// Every text of the page.
        pub(crate) struct Words { $(pub(crate) $key: &'static str,)* }
        const EN: Words = Words { $($key: $en,)* };
        const KO: Words = Words { $($key: $ko,)* };
        #[cfg(test)]
        const ALL: &[(&str, &str, &str)] = &[$((stringify!($key), $en, $ko),)*];
    };
}

words! {
    // The bar.
    play: "Play", "재생";
    pause: "Pause", "일시정지";
    step: "Step", "한 단계";
    stride: "How far a step goes", "한 단계의 길이";
    stride_turn: "by turn", "차례마다";
    stride_message: "by message", "메시지마다";
    stride_callback: "by callback", "콜백마다";
    stride_crash: "to next crash", "죽을 때까지";
    until_crash: "Until a crash", "죽을 때까지";
    scenario: "Scenario", "시나리오";
    demo_node: "many applications", "여러 애플리케이션";
    scene_strategies: "three strategies", "세 가지 전략";
    scene_escalation: "escalation", "포기와 전파";
    scene_restarts: "kinds of restart", "재시작 종류";
    scene_shutdown: "shutdown times", "종료 제한 시간";
    scene_crowd: "10,000 children", "자식 10,000개";
    scene_own: "own file", "내 파일";
    open_scenario: "Open…", "열기…";
    save_scenario: "Save…", "저장…";
    open_hint: "A scenario of your own", "직접 쓴 시나리오";
    about_page: "An Erlang/OTP node runs in this tab: processes with mailboxes and links, and supervisors that restart what dies. Nothing is staged: what you see happens.", "이 탭에서 Erlang/OTP 노드가 실제로 돌고 있습니다. 프로세스는 메일박스와 링크(link)로 이어지고, 죽은 프로세스는 감독자(supervisor)가 다시 시작합니다.";
    about_seq: "A live Erlang/OTP node. Select Seq.FibServer, press next a few times, then Crash… it: its supervisor starts it again.", "살아 있는 Erlang/OTP 노드입니다. Seq.FibServer를 골라 next를 몇 번 누른 다음 죽여 보세요. 감독자(supervisor)가 다시 시작합니다.";
    about_demo: "A node of many applications; each needs others. Stop one and see which go down with it.", "여러 애플리케이션이 서로 의존하는 노드입니다. 하나를 정지하고 무엇이 함께 멈추는지 보세요.";
    about_strategies: "The second child of each supervisor is crashed in turn. one_for_one restarts it alone, one_for_all all three, rest_for_one it and those started after it.", "감독자마다 둘째 자식이 차례로 죽습니다. one_for_one은 그것만, one_for_all은 셋 다, rest_for_one은 그것과 그 뒤에 시작한 것을 다시 시작합니다.";
    about_escalation: "A worker that keeps crashing spends its supervisor's budget; the supervisor gives up and is itself restarted, until the one above gives up too.", "계속 죽는 작업자가 감독자의 재시작 강도를 다 쓰면 감독자가 포기하고, 위의 감독자가 그것을 다시 시작하다가 결국 포기합니다.";
    about_restarts: "permanent always comes back, transient only after a fault, temporary never.", "permanent는 언제나, transient는 비정상 종료일 때만 다시 시작하고, temporary는 다시 시작하지 않습니다.";
    about_shutdown: "When one dies all are stopped, last started first: some at once, one after a while, one only when its time is up and it is killed.", "하나가 죽으면 나중에 시작한 것부터 모두 정지합니다. 바로 멈추는 것, 조금 걸리는 것, 제한 시간이 지나 강제로 종료되는 것이 있습니다.";
    about_crowd: "A dynamic supervisor has 10,000 children, a cell each. From the fourth second on, 100 of them crash each second and are restarted at once; the others never notice.", "동적 감독자(DynamicSupervisor) 아래 자식 10,000개가 한 칸씩 보입니다. 4초부터 매초 100개가 죽고 바로 다시 시작하며, 나머지는 영향을 받지 않습니다.";
    speed: "Speed", "속도";
    reset: "Reset", "처음부터";
    auto_run: "Auto-run", "자동 실행";
    chaos: "Chaos", "카오스";
    about_chaos: "Crashes a random target in a random way, this often. The same seed does the same again.", "대상 가운데 하나를 무작위로 골라 여러 방법으로 죽입니다. 시드가 같으면 똑같이 되풀이됩니다.";
    start_chaos: "Start chaos", "카오스 시작";
    stop_chaos: "Stop chaos", "카오스 멈추기";
    rate: "Crashes", "죽이는 횟수";
    seed: "Seed", "시드(seed)";
    seed_form: "A whole number from 0 to 18446744073709551615.", "0부터 18446744073709551615까지의 정수를 쓰세요.";
    targets: "Targets", "대상";
    targets_hint: "none chosen: every worker", "고르지 않으면 모든 작업자";
    every_sequence: "every sequence server", "모든 수열 서버";
    report: "Report", "보고서";
    save_report: "Save report", "보고서 저장";
    child: "child", "자식";
    uptime: "uptime", "가동 시간";
    times_down: "times down", "멈춘 횟수";
    values_lost: "values lost", "잃은 값";
    off: "off", "끔";
    per_second: "/s", "회/초";
    per_minute: "/min", "회/분";
    clock: "Virtual time", "가상 시간";
    alive: "alive", "실행 중";
    crashes: "crashes", "비정상 종료";
    restarts: "restarts", "재시작";
    help: "Keyboard and legend", "키보드와 범례";
    to_dark: "Dark theme", "어두운 테마";
    to_light: "Light theme", "밝은 테마";
    to_other_language: "한국어", "English";
    more: "More", "더 보기";
    save_run: "Save run", "실행 저장";
    paused: "Paused", "일시정지됨";

    // Panes.
    processes: "Process tree", "프로세스 트리";
    tree: "Tree", "트리";
    values: "Values", "값";
    timeline: "Timeline", "타임라인";
    log: "Log", "로그";
    inspector: "Inspector", "살펴보기";
    application: "application", "애플리케이션";
    applications: "Applications", "애플리케이션";
    as_picture: "Picture", "그림";
    as_room: "shows by itself, by the room there is", "공간에 맞춰 저절로 고른 보기";
    as_list: "List", "목록";
    as_table: "Table", "표";
    search: "Search", "찾기";
    search_hint: "name, id, pid or module", "이름, id, pid, 모듈";
    found: "processes", "프로세스";
    not_found: "No process has this in its name, id, pid or module.", "이름, id, pid, 모듈에 이것이 든 프로세스가 없습니다.";
    state: "state", "상태";
    copy: "Copy", "복사";
    copied: "Copied ✓", "복사함 ✓";
    second: " s", "초";
    minute: " min", "분";
    key_search: "search a process", "프로세스 찾기";
    views: "Views", "보기";
    split: "Width of the tree", "트리의 너비";
    split_hint: "Drag, or arrow keys; double-click: as at first", "끌거나 화살표 키로 옮기고, 두 번 누르면 처음 너비로";

    // The tree.
    larger: "Larger", "크게";
    smaller: "Smaller", "작게";
    whole: "Whole tree", "전체 보기";
    key_zoom: "larger, smaller, whole tree", "크게, 작게, 전체 보기";
    key_pan: "move the picture", "그림 옮기기";
    as_cells: "cells", "칸";
    struck: "crashed just now", "방금 죽음";
    restarted: "restarted", "재시작";
    cell_hint: "Point at a cell, or move over the cells with the arrow keys.", "칸을 가리키거나 화살표 키로 칸 사이를 옮겨 다니세요.";
    incarnation: "incarnation", "몇 번째 실행";
    budget_left: "restarts left", "남은 재시작";
    supervisor: "supervisor", "감독자(supervisor)";
    worker: "worker", "작업자(worker)";
    client: "client", "클라이언트";
    application_master: "application master", "application master";
    application_starter: "application starter", "application starter";
    system_process: "system process", "시스템 프로세스";
    process: "Process", "프로세스";
    system: "System", "시스템";
    clients: "Clients", "클라이언트";
    would_stop: "stop", "멈출 순서";
    would_start: "start again", "다시 시작할 순서";
    if_it_died: "If it died now", "지금 죽는다면";
    nobody_restarts: "nobody would start it again", "다시 시작해 줄 감독자(supervisor)가 없음";
    would_give_up: "would give up", "포기할 감독자(supervisor)";
    app_would_stop: "the application would stop", "정지할 애플리케이션";
    node_would_stop: "the node would stop with", "노드도 멈추게 할 애플리케이션";
    empty_tree: "No process runs.", "실행 중인 프로세스가 없습니다.";
    hidden_children: "more", "개 더";

    // A crash in beats.
    last_crash: "The last crash, step by step", "마지막 비정상 종료의 단계";
    watch_crash: "Replay step by step", "한 단계씩 다시 보기";
    previous_beat: "Previous step", "이전 단계";
    next_beat: "Next step of a crash", "비정상 종료의 다음 단계";
    beat_fell: "dies", "종료";
    beat_told: "signals", "신호";
    beat_spent: "budget", "예산";
    beat_gave_up: "gives up", "포기";
    beat_stopped: "stops", "정지";
    beat_started: "restarts", "재시작";
    beat_gone: "stays down", "재시작 없음";
    beat_application: "application ends", "애플리케이션 종료";
    beat_halted: "node stops", "노드 정지";
    says_fell: "ended", "종료";
    says_link: "exit signal through the link to", "링크(link)로 종료 신호를 받은 프로세스:";
    says_down: "DOWN by the monitor to", "모니터(monitor)로 DOWN을 받은 프로세스:";
    says_spent: "restarts spent", "사용한 재시작";
    says_gave_up: "had no restart left and gives up", "남은 재시작이 없어 포기";
    says_stopped: "stopped, in this order", "이 순서로 정지";
    says_started: "started again, in this order", "이 순서로 다시 시작";
    says_gone: "stays down: its child spec wants no restart", "자식 명세(child spec)에 따라 재시작하지 않음";
    key_beat: "next step of the crash", "비정상 종료의 다음 단계";

    // States.
    waiting: "waiting", "대기";
    starting: "starting", "시작 중";
    running: "running", "실행 중";
    suspended: "suspended", "일시 중단";
    restarting: "restarting", "재시작 중";
    crashed: "crashed", "비정상 종료";
    exited: "exited", "종료";
    gave_up: "gave up", "포기";
    loaded: "loaded", "로드됨";
    started: "running", "실행 중";
    stopping: "stopping", "정지 중";
    stopped: "stopped", "정지";
    start_failed: "start failed", "시작 실패";
    unloaded: "unloaded", "언로드됨";

    // The inspector.
    nothing_selected: "Select a process to look inside it.", "프로세스를 선택하면 내부를 볼 수 있습니다.";
    select_hint: "Click it in the tree, or use the arrow keys there.", "트리에서 클릭하거나 화살표 키를 쓰세요.";
    tab_process: "Process", "프로세스";
    tab_state: "State", "상태";
    tab_spec: "Child spec", "자식 명세(child spec)";
    tab_messages: "Messages", "메시지";
    reason: "exit reason", "종료 이유";
    died_at: "ended at", "종료 시각";
    module: "module", "모듈";
    initial_call: "initial call", "initial call";
    parent: "parent", "부모";
    started_at: "started at", "시작 시각";
    trap_exit: "traps exits", "trap_exit";
    reductions: "reductions", "reductions";
    mailbox: "mailbox", "메일박스";
    links: "links", "링크(link)";
    monitors: "monitors", "모니터(monitor)";
    monitored_by: "monitored by", "감시하는 프로세스";
    dictionary: "dictionary", "프로세스 사전";
    none: "none", "없음";
    yes: "yes", "예";
    no: "no", "아니요";
    no_state: "It holds no state to show at the moment.", "지금 보여 줄 상태가 없습니다.";
    no_spec: "No supervisor knows it, so it has no child spec.", "감독자(supervisor)가 없으므로 자식 명세가 없습니다.";
    trace: "Trace messages", "메시지 추적";
    trace_own: "Trace this process", "이 프로세스 추적";
    start_order: "Start order of its children", "자식의 시작 순서";
    earlier: "Start earlier", "더 먼저 시작";
    later: "Start later", "더 나중에 시작";
    traced: "Traced", "추적한 메시지";
    nothing_traced: "No message of it has been traced.", "추적한 메시지가 없습니다.";
    close_up: "Close-up", "가까이 보기";
    others: "others", "그 밖";
    mailbox_empty: "The mailbox is empty.", "메일박스가 비어 있습니다.";
    in_mailbox: "In the mailbox", "메일박스에 있는 메시지";
    calls: "Calls", "호출";
    no_calls: "Nobody has called it yet.", "아직 호출되지 않았습니다.";
    strategy: "strategy", "재시작 전략";
    intensity: "restart intensity", "재시작 강도";
    means_one_for_one: "only the child that died starts again", "죽은 자식만 다시 시작";
    means_one_for_all: "all children stop and start again", "자식을 모두 정지하고 다시 시작";
    means_rest_for_one: "it and those started after it start again", "죽은 자식과 그 뒤에 시작한 자식을 다시 시작";
    change_flags: "Change its flags", "속성 바꾸기";
    flags_hint: "It goes on running: suspended, told by its own code_change, resumed.", "계속 실행됩니다. 중단하고 code_change로 알린 다음 재개합니다.";
    period: "period (s)", "기간(초)";
    apply: "Apply", "적용";
    flags_form: "Whole numbers: at most 1000 restarts, 1 to 86400 seconds.", "정수로 쓰세요. 재시작은 1000번까지, 기간은 1~86400초.";
    budget: "restart budget left", "남은 재시작 예산";
    total_restarts: "restarts so far", "누적 재시작";
    child_id: "id", "id";
    restart: "restart", "restart";
    shutdown: "shutdown", "shutdown";
    child_type: "type", "type";
    significant: "significant", "significant";
    start: "start", "start";
    close: "Close", "닫기";
    availability: "availability", "가용도";
    mtbf: "MTBF", "MTBF";
    mttr: "MTTR", "MTTR";
    chain: "Why did it end?", "왜 종료되었나요?";
    chain_before: "Why did the one before it end?", "앞의 프로세스는 왜 종료되었나요?";
    why_normal: "It had finished.", "할 일을 마쳤습니다.";
    why_shutdown: "It was told to stop.", "정지하라는 신호를 받았습니다.";
    why_killed: "A :kill signal ends any process; nobody can trap it.", ":kill 신호는 막을 수 없어 어떤 프로세스든 종료됩니다.";
    why_raised: "Its code raised an exception, and nobody rescued it.", "코드에서 예외가 일어났고 아무도 처리하지 않았습니다.";
    why_no_match: "A value did not match the pattern in its code.", "값이 코드의 패턴과 맞지 않았습니다.";
    why_bad_return: "A callback returned, or threw, what its behaviour does not understand.", "콜백이 정해진 형식이 아닌 값을 반환했거나 던졌습니다(throw).";
    why_timeout: "A call got no answer in time.", "호출에 제때 응답이 오지 않았습니다.";
    why_no_process: "It called a process that does not exist.", "없는 프로세스를 호출했습니다.";

    // What one can do.
    next: "next", "next";
    peek: "peek", "peek";
    crash: "Crash", "죽이기";
    crash_menu: "Ways to die", "죽는 방법";
    suspend: "Suspend", "중단";
    resume: "Resume", "재개";
    stop_sequence: "Stop sequence", "수열 정지";
    until_budget_gone: "Crash until the budget is spent", "재시작 예산이 바닥날 때까지 죽이기";
    stop_crashing: "Stop crashing it", "그만 죽이기";
    from_inside: "The next callback…", "다음 콜백이…";
    from_outside: "From outside: Process.exit(pid, reason)", "밖에서: Process.exit(pid, reason)";
    bad_return: "bad return", "잘못된 반환값";
    bad_match: "bad match", "매치 실패";
    call_timeout: "call time-out", "호출 시간 초과";
    slow_shutdown: "slow shutdown (10 s)", "느린 종료(10초)";
    linked_peer: "linked peer ends: exit", "링크된 프로세스의 종료: exit";
    fail_starts: "kill; starts that fail:", "kill 뒤 시작 실패 횟수:";
    failing_starts: "Starts that fail", "실패할 시작 횟수";
    flood: "flood of 1,000 messages", "메시지 1,000개";
    endless_loop: "endless loop", "무한 루프";
    custom_reason: "Reason or value (Erlang term)", "이유나 값(Erlang term)";
    wants_term: "Write an Erlang term such as boom or {error, 7}.", "boom, {error, 7} 같은 Erlang term을 쓰세요.";
    fires_on_next: "A callback fault strikes when the next message is handled: press next.", "콜백 오류는 다음 메시지를 처리할 때 일어납니다. next를 눌러 보세요.";
    last_reply: "reply", "응답";
    last_failure: "failed", "실패";

    // Sequences.
    new_sequence: "New sequence", "새 수열";
    name: "Name", "이름";
    sequence: "Sequence", "수열";
    first_term: "first term a1", "첫째 항 a1";
    difference: "difference d", "공차 d";
    ratio: "ratio r", "공비 r";
    start_sequence: "Start", "시작";
    name_missing: "Give it a name.", "이름을 쓰세요.";
    name_form: "Start with a small letter; then letters, digits and _ (at most 30).", "영문 소문자로 시작하고 영문자, 숫자, _만 쓰세요(30자까지).";
    name_taken: "A process has this name already.", "이미 쓰이는 이름입니다.";
    number_missing: "Write a whole number.", "정수를 쓰세요.";
    number_form: "Only digits, with - in front if it is negative.", "숫자만 쓰세요. 음수라면 앞에 -를 붙입니다.";
    number_long: "At most 100 digits.", "100자리까지 쓸 수 있습니다.";
    not_running: "Seq.Dynamic does not run: start the application first.", "Seq.Dynamic이 실행 중이 아닙니다. 먼저 애플리케이션을 시작하세요.";

    // Applications.
    start_type: "start type", "시작 유형";
    boot_order: "boot order", "시작 순서";
    stop_order: "stop order", "정지 순서";
    dependencies: "needs", "의존";
    start_phases: "start phases", "시작 단계";
    needed_by: "needed by", "이것에 의존";
    includes: "includes", "포함";
    included_by: "included by", "포함하는 것";
    graph_hint: "Each boots after what it needs, in the order of the numbers; they stop the other way.", "필요한 것이 먼저, 숫자 순서로 시작하고 거꾸로 정지합니다.";
    specification: "Specification", "명세";
    upgrade_to: "Upgrade to", "업그레이드:";
    downgrade_to: "Downgrade to", "다운그레이드:";
    step_by_step: "step by step", "한 단계씩";
    next_instruction: "Next instruction", "다음 명령";
    version_change: "Change of version", "버전 변경";
    answer: "answer", "응답";
    code: "Code", "코드";
    current_code: "current", "현재";
    old_code: "old", "이전";
    killed_by_purge: "killed by purge", "purge로 종료됨";
    means_load_object_code: "read the new object code; nothing runs it yet", "새 코드를 읽어 둡니다. 아직 실행하지 않습니다.";
    means_point_of_no_return: "from here on a failure restarts the node", "여기서부터 실패하면 노드를 다시 시작합니다.";
    means_suspend: "the servers stop handling messages; their mailboxes go on filling", "서버가 메시지 처리를 멈추고, 메일박스에는 계속 쌓입니다.";
    means_load: "make the new version current; the one before is old now", "새 버전이 현재 버전이 되고, 앞의 버전은 이전 버전이 됩니다.";
    means_code_change: "each server turns its state into what the other version wants", "서버마다 상태를 다른 버전에 맞게 바꿉니다.";
    means_resume: "the servers go on, with what has waited for them", "서버가 밀린 메시지부터 다시 처리합니다.";
    means_purge: "remove old code; whoever still runs it is killed", "이전 코드를 없앱니다. 아직 실행하던 프로세스는 종료됩니다.";
    means_remove: "take the module away", "모듈을 없앱니다.";
    means_stop: "stop the processes that run the module", "그 모듈을 실행하는 프로세스를 멈춥니다.";
    means_start: "start them again", "다시 시작합니다.";
    means_apply: "call a function", "함수를 호출합니다.";
    from_app: "spec (.app)", "명세(.app)";
    from_config: "config.exs, at build time", "config.exs(빌드 시점)";
    from_runtime: "runtime.exs, at boot", "runtime.exs(부팅 시점)";
    from_call: "a call of put_env", "put_env 호출";
    permanent_ended: "A permanent application ended, and the node with it:", "permanent 애플리케이션이 끝나 노드도 멈췄습니다:";
    transient_ended: "A transient application ended abnormally, and the node with it:", "transient 애플리케이션이 비정상 종료되어 노드도 멈췄습니다:";
    environment: "Environment", "환경";
    key: "key", "키";
    value: "value", "값";
    source: "from", "출처";
    start_application: "Start", "시작";
    start_again: "Start again", "다시 시작";
    stop_application: "Stop", "정지";
    app_stopped: "Application stopped", "애플리케이션이 정지했습니다";
    app_not_started: "The application does not run yet", "애플리케이션이 아직 실행되지 않았습니다";
    node_stopped: "The node has stopped", "노드가 정지했습니다";
    boot_again: "Boot again", "다시 부팅";
    system_env: "System environment", "시스템 환경 변수";
    env_hint: "Read when the application starts: set it, then stop and start.", "애플리케이션이 시작할 때 읽습니다. 설정한 다음 정지하고 다시 시작하세요.";
    set: "Set", "설정";
    unset: "Unset", "해제";
    temporary_means: "temporary: its end is only reported", "temporary: 끝나면 보고만 합니다";
    transient_means: "transient: an end that is not normal stops the node", "transient: 정상이 아닌 종료면 노드가 멈춥니다";
    permanent_means: "permanent: any end stops the node", "permanent: 끝나면 언제나 노드가 멈춥니다";

    // Values, timeline, log.
    values_nowhere: "Only sequence servers have values; none runs in this scenario.", "값은 수열 서버에만 있는데, 이 시나리오에는 없습니다.";
    no_values: "No value yet. Press next, or choose a rate for auto-run.", "아직 값이 없습니다. next를 누르거나 자동 실행을 켜세요.";
    no_lanes: "No child has been started yet.", "아직 시작된 자식 프로세스가 없습니다.";
    no_log: "No report yet.", "아직 기록이 없습니다.";
    linear: "linear", "선형";
    logarithmic: "log", "로그";
    scale: "Scale", "눈금";
    span: "Time shown", "보이는 시간";
    all: "all", "전체";
    table: "Data table", "표로 보기";
    time: "Time", "시각";
    server: "Server", "서버";
    digits: " digits", "자리";
    state_lost: "state lost", "상태 잃음";
    telemetry: "Telemetry", "텔레메트리";
    duration: "durations", "걸린 시간의 분포";
    mean: "mean", "평균";
    longest: "longest", "최장";
    metadata: "last metadata", "마지막 메타데이터";
    handlers: "Handlers attached to [:seq]", "[:seq]에 붙은 핸들러";
    no_handlers: "Nobody is attached: the events are executed all the same.", "붙은 핸들러가 없습니다. 그래도 이벤트는 실행됩니다.";
    older: "Show older", "이전 기록 보기";
    newest: "Newest first", "최신순";
    to_moment: "Show in timeline", "타임라인에서 보기";
    to_now: "Back to now", "지금으로";
    level: "Level", "레벨";
    all_levels: "all", "모두";
    problems: "problems", "문제만";

    // Messages of the status line.
    said_exited: "ended", "종료";
    said_started: "runs again", "다시 실행";
    said_gave_up: "gave up: too many restarts", "포기: 재시작이 너무 많음";
    said_refused: "Not possible", "할 수 없음";

    // Help.
    keyboard: "Keyboard", "키보드";
    legend: "States", "상태";
    key_space: "play or pause", "재생, 일시정지";
    key_step: "one step: a turn, a message, a callback, or on to the next crash", "한 단계: 차례, 메시지, 콜백, 다음 비정상 종료 중에서 고른 만큼";
    key_speed: "slower, faster", "느리게, 빠르게";
    key_arrows: "move in the tree; letters jump to a name", "트리에서 이동, 글자는 이름으로 이동";
    key_enter: "inspect", "살펴보기";
    key_next: "call next", "next 호출";
    key_crash: "ways to die", "죽는 방법";
    key_delete: "kill", "바로 죽이기(kill)";
    key_timeline: "timeline", "타임라인";
    key_escape: "close", "닫기";
    key_help: "this help", "이 도움말";
    link_line: "link", "링크(link)";
    supervision_line: "supervision", "감독";
    monitor_line: "monitor", "모니터(monitor)";
    budget_ring: "restart budget: a filled slot is a restart that may still happen", "재시작 예산: 채워진 칸만큼 더 재시작할 수 있음";
}

impl Words {
    /// What a node is called.
    pub(crate) const fn scene(&self, scene: Scene) -> &'static str {
        match scene {
            Scene::Seq => "seq",
            Scene::Demo => self.demo_node,
            Scene::Strategies => self.scene_strategies,
            Scene::Escalation => self.scene_escalation,
            Scene::Restarts => self.scene_restarts,
            Scene::Shutdown => self.scene_shutdown,
            Scene::Crowd => self.scene_crowd,
            Scene::Own => self.scene_own,
        }
    }

    /// What there is to watch; empty where the reader decides.
    pub(crate) const fn about(&self, scene: Scene) -> &'static str {
        match scene {
            Scene::Strategies => self.about_strategies,
            Scene::Escalation => self.about_escalation,
            Scene::Restarts => self.about_restarts,
            Scene::Shutdown => self.about_shutdown,
            Scene::Crowd => self.about_crowd,
            Scene::Seq => self.about_seq,
            Scene::Demo => self.about_demo,
            Scene::Own => "",
        }
    }

    /// What an instruction of an upgrade does; empty for an unknown one.
    pub(crate) fn instruction(&self, tag: &str) -> &'static str {
        match tag {
            "load_object_code" => self.means_load_object_code,
            "point_of_no_return" => self.means_point_of_no_return,
            "suspend" => self.means_suspend,
            "load" => self.means_load,
            "code_change" => self.means_code_change,
            "resume" => self.means_resume,
            "purge" => self.means_purge,
            "remove" => self.means_remove,
            "stop" => self.means_stop,
            "start" => self.means_start,
            "apply" => self.means_apply,
            _ => "",
        }
    }

    /// Where a value of an environment came from.
    pub(crate) fn source(&self, source: &str) -> Option<&'static str> {
        Some(match source {
            "app" => self.from_app,
            "config" => self.from_config,
            "runtime" => self.from_runtime,
            "set_env" => self.from_call,
            _ => return None,
        })
    }

    pub(crate) const fn state_name(&self, state: State) -> &'static str {
        match state {
            State::Waiting => self.waiting,
            State::Starting => self.starting,
            State::Running => self.running,
            State::Suspended => self.suspended,
            State::Restarting => self.restarting,
            State::Crashed => self.crashed,
            State::Exited => self.exited,
            State::GaveUp => self.gave_up,
        }
    }

    pub(crate) const fn app_state(&self, state: ApplicationState) -> &'static str {
        match state {
            ApplicationState::Loaded => self.loaded,
            ApplicationState::Starting => self.starting,
            ApplicationState::Started => self.started,
            ApplicationState::Stopping => self.stopping,
            ApplicationState::Stopped => self.stopped,
            ApplicationState::StartFailed => self.start_failed,
            ApplicationState::Unloaded => self.unloaded,
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    /// Longer words of OTP's own that stay as they are.
    const TERMS: [&str; 2] = ["application master", "application starter"];

    #[test]
    fn no_text_is_empty_and_korean_texts_are_korean() {
        for (key, en, ko) in ALL {
            assert!(!en.is_empty() && !ko.is_empty(), "{key}");
            let hangul = ko.chars().any(|letter| ('가'..='힣').contains(&letter));
            assert!(hangul || ko.len() < 14 || TERMS.contains(ko), "{key}: {ko}");
        }
    }

    #[test]
    fn a_language_is_known_by_its_tag() {
        assert_eq!(["ko", "ko-KR", "KO", "en-GB", "", "k", "한국"].map(Lang::of), {
            use Lang::{En, Ko};
            [Ko, Ko, Ko, En, En, En, En]
        });
    }
}
