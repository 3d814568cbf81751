use super::*;

fn cases(format: FileFormat, text: &str) -> Vec<String> {
    match parse(format, text).unwrap() {
        Content::Tests(cases) => cases
            .iter()
            .map(|c| format!("{}|{}|{}|{}|{}|{}", c.test_suite_name, c.prefix, c.name, c.status, c.duration_in_nano_seconds, c.message))
            .collect(),
        Content::Coverage(_) => panic!("coverage"),
    }
}

fn covered(format: FileFormat, text: &str) -> Vec<String> {
    match parse(format, text).unwrap() {
        Content::Coverage(files) => files
            .iter()
            .map(|f| {
                format!(
                    "{} {}/{} {}% {}/{} {}%",
                    f.file_path,
                    f.lines_covered,
                    f.lines_missed,
                    f.line_coverage_percentage,
                    f.branches_covered,
                    f.branches_missed,
                    f.branch_coverage_percentage
                )
            })
            .collect(),
        Content::Tests(_) => panic!("tests"),
    }
}

#[test]
fn junit() {
    let text = r#"<?xml version="1.0"?><testsuites name="all"><testsuite name="shop" tests="4">
      <testcase classname="a.B" name="works" time="0.25"/>
      <testcase classname="a.B" name="fails"><failure message="expected 1 &lt; 0" type="T">at a.B:1</failure></testcase>
      <testcase classname="a.B" name="breaks" time="x"><error>no &amp; way</error></testcase>
      <testsuite name="inner"><testcase name="waits"><skipped/></testcase></testsuite>
    </testsuite></testsuites>"#;
    let expected = [
        "shop|a.B|works|SUCCEEDED|250000000|",
        "shop|a.B|fails|FAILED|0|expected 1 < 0\nat a.B:1",
        "shop|a.B|breaks|ERROR|0|no & way",
        "inner||waits|SKIPPED|0|",
    ];
    assert_eq!(cases(FileFormat::JunitXml, text), expected);
}

#[test]
fn cucumber() {
    let text = r#"[{"name": "Cart", "elements": [
      {"type": "background", "name": "", "steps": []},
      {"type": "scenario", "name": "adds", "steps": [{"result": {"status": "passed", "duration": 5}}, {"result": {"status": "passed", "duration": 6}}]},
      {"type": "scenario", "name": "drops", "steps": [{"result": {"status": "failed", "error_message": "no"}}, {"result": {"status": "skipped"}}]}]}]"#;
    assert_eq!(cases(FileFormat::CucumberJson, text), ["Cart|Cart|adds|SUCCEEDED|11|", "Cart|Cart|drops|FAILED|0|no"]);
}

#[test]
fn others() {
    let testng = r#"<testng-results><suite name="s"><test name="t"><class name="C"><test-method is-config="true" name="setUp" status="PASS"/>
      <test-method name="m" status="FAIL" duration-ms="7"><exception class="E"><message><![CDATA[ bad ]]></message></exception></test-method></class></test></suite></testng-results>"#;
    assert_eq!(cases(FileFormat::TestngXml, testng), ["s|C|m|FAILED|7000000|bad"]);
    let three = r#"<test-run><test-suite name="A"><test-suite name="Fixture"><test-case name="One" classname="N.F" result="Passed" duration="0.5"/>
      <test-case name="Two" classname="N.F" result="Failed"><failure><message>why</message></failure></test-case></test-suite></test-suite></test-run>"#;
    assert_eq!(cases(FileFormat::Nunit3Xml, three), ["Fixture|N.F|One|SUCCEEDED|500000000|", "Fixture|N.F|Two|FAILED|0|why"]);
    let two = r#"<test-results><test-suite name="F"><results><test-case name="N.F.One" executed="True" success="True" time="1"/></results></test-suite></test-results>"#;
    assert_eq!(cases(FileFormat::NunitXml, two), ["F|N.F|One|SUCCEEDED|1000000000|"]);
    let trx = r#"<TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results>
      <UnitTestResult testId="1" testName="T" outcome="Failed" duration="00:00:01.5000000"><Output><ErrorInfo><Message>m</Message></ErrorInfo></Output></UnitTestResult></Results>
      <TestDefinitions><UnitTest id="1"><TestMethod className="N.C"/></UnitTest></TestDefinitions></TestRun>"#;
    assert_eq!(cases(FileFormat::VisualStudioTrx, trx), ["N.C|N.C|T|FAILED|1500000000|m"]);
}

#[test]
fn coverage() {
    let cobertura = r#"<?xml version="1.0"?><!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">
      <coverage><packages><package><classes><class filename="a.py"><methods/><lines><line number="1" hits="3"/>
      <line number="2" hits="0" branch="true" condition-coverage="50% (1/2)"/></lines></class></classes></package></packages></coverage>"#;
    assert_eq!(covered(FileFormat::CoberturaXml, cobertura), ["a.py 1/1 50% 1/1 50%"]);
    let jacoco = r#"<report name="r"><package name="com/x"><sourcefile name="A.java"><counter type="LINE" missed="1" covered="3"/>
      <counter type="BRANCH" missed="0" covered="4"/></sourcefile></package></report>"#;
    assert_eq!(covered(FileFormat::JacocoXml, jacoco), ["com/x/A.java 3/1 75% 4/0 100%"]);
    let clover = r#"<coverage><project><file name="a.php"><line num="1" type="stmt" count="2"/><line num="2" type="stmt" count="0"/>
      <line num="3" type="cond" truecount="1" falsecount="0"/></file></project></coverage>"#;
    assert_eq!(covered(FileFormat::CloverXml, clover), ["a.php 2/1 66.67% 1/1 50%"]);
    let simplecov = r#"{"RSpec": {"coverage": {"/a.rb": {"lines": [1, null, 0, 2]}, "/b.rb": [null, 1]}}}"#;
    assert_eq!(covered(FileFormat::SimpleCov, simplecov), ["/a.rb 2/1 66.67% 0/0 100%", "/b.rb 1/0 100% 0/0 100%"]);
}

#[test]
fn hostile_files_are_refused() {
    let told = |text: &str| parse(FileFormat::JunitXml, text).unwrap_err();
    assert!(told("<html/>").contains("<html>"));
    assert!(told("<testsuite>").contains("whole"));
    assert!(told(&"<testsuite>".repeat(10_000)).contains("deeper"));
    assert!(told("<!DOCTYPE t [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><testsuite>&a;</testsuite>").contains("entity"));
    assert!(told("not xml").contains("whole"));
    let long = format!("<testsuite><testcase name='{}' time='1e400'/></testsuite>", "é".repeat(9000));
    let Content::Tests(cases) = parse(FileFormat::JunitXml, &long).unwrap() else { panic!("tests") };
    assert!(cases[0].name.len() <= MAX_TEXT);
}
