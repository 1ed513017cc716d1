//! What a session refuses, in Korean: a reason without a text does not compile. Names and terms
//! stay as they are.

use super::i18n::Lang;
use super::{LONGEST_LINE, words};
use crate::session::refusal::{Refusal, Why};

/// The text of a refusal, with what is hidden in it written out.
pub(crate) fn refusal(refusal: &Refusal, lang: Lang) -> String {
    let text = match lang {
        Lang::En => refusal.to_string(),
        Lang::Ko => in_korean(refusal),
    };
    words::visible(&text, LONGEST_LINE)
}

fn in_korean(refusal: &Refusal) -> String {
    let text = korean(refusal.why);
    match refusal.why {
        Why::TextValue | Why::TextField | Why::TextOther | Why::NoTerm | Why::FaultReason => {
            Refusal { why: refusal.why, about: refusal.about.iter().map(|about| noun(about)).collect() }.fill(text)
        }
        _ => refusal.fill(text),
    }
}

/// What may stand in a JSON text, and what most often is wrong in a term; of two that begin alike the
/// longer one first.
const NOUNS: [(&str, &str); 24] = [
    ("the end of the text", "글의 끝"),
    ("a term", "Erlang term"),
    ("a string with its closing", "문자열을 닫는"),
    ("an atom with its closing", "atom을 닫는"),
    ("a number", "수"),
    ("a blank behind \".\"", "\".\" 뒤의 빈칸"),
    ("a digit", "숫자"),
    ("less nesting", "더 얕은 중첩"),
    ("an integer or a string", "정수나 문자열"),
    ("an integer", "정수"),
    ("\"{\" of a map", "맵의 \"{\""),
    ("an object", "객체"),
    ("an array of two", "값 두 개의 배열"),
    ("an array", "배열"),
    ("a whole number", "정수"),
    ("a string", "문자열"),
    ("a boolean", "참이나 거짓"),
    ("a value", "값"),
    ("the end", "끝"),
    ("expected milliseconds, ", "필요한 것은 밀리초, "),
    ("integer ", "정수 "),
    ("string ", "문자열 "),
    ("boolean ", "참이나 거짓 "),
    ("number ", "수 "),
];

fn noun(text: &str) -> String {
    let known = NOUNS.iter().find(|(english, _)| text.starts_with(english));
    known
        .map_or_else(|| text.to_owned(), |(english, korean)| text.replacen(english, korean, 1))
        .replace("` or `", "`, `")
        .replace("\" or \"", "\", \"")
}

const fn korean(why: Why) -> &'static str {
    match why {
        Why::Stopped => "노드가 멈췄습니다. 새로 시작하세요.",
        Why::Inputs => "한 실행에 담을 수 있는 입력은 최대 {0}개입니다.",
        Why::Tracing => "추적은 입력이 아닙니다.",
        Why::CallRate => "호출은 초당 최대 {1}번입니다. 요청한 값: {0}",
        Why::CrashRate => "충돌은 분당 최대 {1}번입니다. 요청한 값: {0}",
        Why::Targets => "대상은 최대 {1}개입니다. 요청한 값: {0}",
        Why::Children => "자식은 최대 {1}개입니다. 요청한 값: {0}",
        Why::Intensity => "재시작은 최대 {1}번입니다. 요청한 값: {0}",
        Why::Period => "기간은 최대 {1}초입니다. 요청한 값: {0}",
        Why::NoPeriod => "기간은 1초 이상이어야 합니다.",
        Why::OwnSpecs => "자식마다 명세가 따로 있습니다.",
        Why::NoVersion => "버전이 아닙니다: {0}",
        Why::NoName => "이름이 아닙니다: {0} (Seq.FibServer 또는 :geo1처럼 쓰세요.)",
        Why::NoAtom => "이름이 아닙니다: {0}",
        Why::NotRegistered => "이 이름으로 등록된 프로세스가 없습니다: {0}",
        Why::NotAlive => "살아 있는 프로세스가 아닙니다: #PID<0.{0}.0>",
        Why::NoCallbacks => "콜백이 없어 시그널로만 끝낼 수 있습니다: {0}",
        Why::NoTerm => "Erlang term {0}행 {1}열에 있는 것: {2}, 필요한 것: {3}",
        Why::NoSuchCaller => "쓸 수 없는 이름입니다: {0}",
        Why::NoInteger => "최대 {2}자리의 정수여야 합니다. {0}: {1}",
        Why::VariableName => "변수 이름이 아닙니다: {0}",
        Why::VariableValue => "변수에 쓸 수 없는 값입니다: {0}",
        Why::Configuration => "설정을 읽을 수 없습니다: {0}",
        Why::AppFile => "seq.app을 읽을 수 없습니다: {0}",
        Why::NoBoot => "노드를 시작할 수 없습니다: {0}",
        Why::NoSuchApplication => "여기에 없는 애플리케이션입니다: {0} (있는 것: {1})",
        Why::ScenarioBytes => "시나리오는 최대 {0}바이트입니다.",
        Why::NoSupervisor => "맨 위는 슈퍼바이저여야 합니다. \"children\"이 없습니다: {0}",
        Why::ScenarioFaults => "시나리오에 담을 수 있는 장애는 최대 {0}개입니다.",
        Why::PlaceId => "id는 소문자로 시작하고 글자, 숫자, _만 쓸 수 있습니다: {0}",
        Why::PlaceTwice => "id가 두 번 나옵니다: {0}",
        Why::PlaceStrategy => "one_for_one, one_for_all, rest_for_one 가운데 하나여야 합니다: {0}",
        Why::PlacePeriod => "기간은 1초 이상이어야 합니다: {0}",
        Why::ScenarioPlaces => "트리는 최대 {1}단계, 자리 {0}개입니다.",
        Why::CrowdOfItsOwn => "동적 슈퍼바이저에는 \"children\"을 적지 않습니다: {0}",
        Why::CrowdUnder => "자식을 시작할 곳은 \"dynamic\"이어야 합니다. {0}: {1}",
        Why::CrowdSize => "시작할 수 있는 자식은 최대 {1}개입니다: {0}",
        Why::FaultChildren => "장애 하나가 맞힐 수 있는 자식은 최대 {1}개입니다: {0}",
        Why::FaultChildless => "자식을 겨누는 장애인데 슈퍼바이저가 아닙니다: {0}",
        Why::FaultTarget => "트리에 없는 것을 겨누는 장애입니다: {0}",
        Why::FaultEvery => "같은 장애는 {1} ms 이상 간격을 두어야 합니다: {0}",
        Why::FaultReason => "{0} 장애의 이유 {1}행 {2}열에 있는 것: {3}, 필요한 것: {4}",
        Why::TextEnds => "{0}행 {1}열: 글이 다 끝나지 않았습니다.",
        Why::TextMissing => "{0}행 {1}열: 필드가 빠졌습니다. 필요한 것: `{2}`",
        Why::TextTwice => "{0}행 {1}열: 같은 필드가 두 번 나옵니다. `{2}`",
        Why::TextField => "{0}행 {1}열: 모르는 필드 `{2}` (쓸 수 있는 것: {3})",
        Why::TextValue => "{0}행 {1}열: 있는 것: {2}, 필요한 것: {3}",
        Why::TextOther => "{0}행 {1}열을 읽을 수 없습니다: {2}",
        Why::RunBytes => "저장한 실행은 최대 {0}바이트입니다.",
        Why::RunVersion => "저장한 실행의 버전: {0} (여기서 읽는 버전: {1})",
        Why::RunInputs => "저장한 실행의 입력이 스스로 정한 최대보다 많습니다.",
        Why::RunBounds => "저장한 실행이 이 노드의 한도를 넘습니다.",
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn both_languages_name_the_same_things() {
        let places = |text: &str| (0..5).map(|at| text.contains(&format!("{{{at}}}"))).collect::<Vec<_>>();
        for why in Why::ALL {
            assert_eq!(places(korean(*why)), places(why.english()), "{why:?}");
            assert!(korean(*why).chars().any(|letter| ('가'..='힣').contains(&letter)), "{why:?}");
        }
    }

    #[test]
    fn what_is_no_term_is_told_in_korean() {
        let bad = [
            "",
            "{ok 1}",
            "[a|b,c]",
            "[a}",
            "#{a}",
            "#a",
            "ok ok",
            "a.b",
            "\"a",
            "'a",
            "1.0e",
            "-ok",
            "<<a>>",
            &"[".repeat(65),
        ];
        for text in bad {
            let error = crate::term::erlang::parse(text).unwrap_err();
            let why = Why::NoTerm.of(&[&error.line, &error.column, &error.found, &error.expected]);
            let said = refusal(&why, Lang::Ko);
            let english = [" a ", " an ", " the ", " of ", " or ", "with", "behind", "digit", "name", "text"];
            assert!(!english.iter().any(|word| said.contains(word)), "{text}: {said}");
        }
    }
}
