//! The caller's files: what a node may ask of them, and how far ahead of it they are sent.

use std::fs;
use std::time::Duration;

use tandem::shell::v1::invoke_request::Message as Request;
use tandem::shell::v1::invoke_response::Message as Response;
use tandem::shell::v1::{FileAction, FileAnswer, FileRequest, FileTaken, Start};
use tokio::time::timeout;

use crate::node::{ScriptedNode, Talk};

/// Bytes and answers that may be ahead of a pipeline.
const AHEAD: usize = 1 << 20;

fn ask(id: u32, path: &str, action: FileAction, data: &[u8], last: bool) -> FileRequest {
    FileRequest {
        request_id: id,
        path: path.into(),
        action: action.into(),
        data: data.to_vec(),
        last,
        paced: false,
    }
}

/// Puts requests one after the other, and tells of each what was answered.
async fn asked(talk: &mut Talk, requests: Vec<FileRequest>) {
    for request in requests {
        let is_answered = request.last || request.paced;
        talk.tell(Response::File(request)).await;
        if is_answered {
            let answer = answer(talk).await;
            let data = String::from_utf8(answer.data).unwrap();
            let last = if answer.last { "." } else { "…" };
            let id = answer.request_id;
            talk.text(&format!("{id}{last} {data:?} {}\n", answer.error_kind))
                .await;
        }
    }
}

async fn answer(talk: &mut Talk) -> FileAnswer {
    loop {
        match talk.next().await {
            Some(Request::File(answer)) => return answer,
            Some(_) => {}
            None => panic!("the client has gone"),
        }
    }
}

#[tokio::test]
async fn files_are_the_callers() {
    let node = ScriptedNode::start(|start: Start, mut talk: Talk| async move {
        assert!(start.paces_files);
        let requests = vec![
            ask(1, "in.txt", FileAction::Read, b"", true),
            ask(2, "out.txt", FileAction::Write, b"written", true),
            ask(3, "/etc/hostname", FileAction::Read, b"", true),
            ask(4, "out.txt", FileAction::Append, b", one", false),
            ask(4, "out.txt", FileAction::Append, b", two", true),
            ask(5, "out.txt", FileAction::Create, b"", true),
            ask(6, "new.txt", FileAction::Create, b"new", true),
            ask(7, "none/new.txt", FileAction::Write, b"", true),
        ];
        asked(&mut talk, requests).await;
        talk.finish(0).await;
    })
    .await;
    fs::write(node.folder.path().join("in.txt"), "read").unwrap();
    let outcome = node
        .program()
        .arguments(&["-c", "Copy in.txt 'out.txt' new.txt none/new.txt"])
        .in_folder(node.folder.path())
        .run()
        .await;
    assert_eq!(
        outcome.stdout,
        "1. \"read\" \n2. \"\" \n3. \"\" other\n4. \"\" \n5. \"\" exists\n6. \"\" \n7. \"\" not_found\n"
    );
    let text = |name: &str| fs::read_to_string(node.folder.path().join(name)).unwrap();
    assert_eq!(text("out.txt"), "written, one, two");
    assert_eq!(text("new.txt"), "new");
}

#[tokio::test]
async fn a_paced_request_is_answered_at_once_and_in_finer_words() {
    let paced = |request: FileRequest| FileRequest {
        paced: true,
        ..request
    };
    let node = ScriptedNode::start(move |_, mut talk: Talk| async move {
        let requests = vec![
            paced(ask(1, "out.txt", FileAction::Write, b"", false)),
            ask(1, "out.txt", FileAction::Write, b"text", false),
            ask(1, "out.txt", FileAction::Write, b"", true),
            paced(ask(2, "none/new.txt", FileAction::Write, b"", false)),
            paced(ask(3, "none/new.txt", FileAction::Read, b"", true)),
            paced(ask(4, "out.txt", FileAction::Examine, b"", true)),
            paced(ask(5, ".", FileAction::Examine, b"", true)),
            paced(ask(6, "new.txt", FileAction::Examine, b"", true)),
            paced(ask(7, "none/new.txt", FileAction::Examine, b"", true)),
        ];
        asked(&mut talk, requests).await;
        talk.finish(0).await;
    })
    .await;
    let outcome = node
        .program()
        .arguments(&["-c", "Copy out.txt none/new.txt new.txt ."])
        .in_folder(node.folder.path())
        .run()
        .await;
    assert_eq!(
        outcome.stdout,
        "1… \"\" \n1. \"\" \n2. \"\" folder_not_found\n3. \"\" folder_not_found\n\
         4. \"\" \n5. \"\" is_directory\n6. \"\" not_found\n7. \"\" folder_not_found\n"
    );
    let text = fs::read_to_string(node.folder.path().join("out.txt")).unwrap();
    assert_eq!(text, "text");
}

/// Answers that come before nothing comes for a while: how many, their bytes, and whether they end the file.
async fn arrived(talk: &mut Talk, id: u32) -> (u64, usize, bool) {
    let (mut count, mut bytes, mut ended) = (0, 0, false);
    while let Ok(answer) = timeout(Duration::from_millis(300), answer(talk)).await {
        assert_eq!(answer.request_id, id);
        count += 1;
        bytes += answer.data.len();
        ended |= answer.last;
    }
    (count, bytes, ended)
}

#[tokio::test]
async fn a_file_is_sent_no_further_ahead_than_it_may_be() {
    let node = ScriptedNode::start(|_, mut talk: Talk| async move {
        let request = FileRequest {
            paced: true,
            ..ask(1, "large", FileAction::Read, b"", true)
        };
        let taken = |request_id, messages, enough| {
            Response::FileTaken(FileTaken {
                request_id,
                messages,
                enough,
            })
        };
        talk.tell(Response::File(request.clone())).await;
        let (count, bytes, ended) = arrived(&mut talk, 1).await;
        assert!(bytes <= AHEAD && bytes > AHEAD / 2 && !ended, "{bytes}");
        talk.tell(taken(1, count / 2, false)).await;
        let (more, bytes, ended) = arrived(&mut talk, 1).await;
        assert_eq!((more, ended), (count / 2, false), "{bytes}");
        // What is being read is not written over; what is wanted no more is.
        let write = |id| FileRequest {
            paced: true,
            ..ask(id, "large", FileAction::Append, b"", true)
        };
        talk.tell(Response::File(write(2))).await;
        assert_eq!(answer(&mut talk).await.error_kind, "in_use");
        talk.tell(taken(1, count, true)).await;
        talk.tell(Response::File(write(3))).await;
        assert_eq!(answer(&mut talk).await.error_kind, "");
        // A node that does not keep pace gets all of it.
        let whole = FileRequest {
            request_id: 4,
            paced: false,
            ..request
        };
        talk.tell(Response::File(whole)).await;
        let (_, bytes, ended) = arrived(&mut talk, 4).await;
        assert_eq!((bytes, ended), (4 * AHEAD, true));
        talk.finish(0).await;
    })
    .await;
    fs::write(node.folder.path().join("large"), vec![b'x'; 4 * AHEAD]).unwrap();
    let outcome = node
        .program()
        .arguments(&["-c", "Get-Content large"])
        .in_folder(node.folder.path())
        .run()
        .await;
    assert_eq!((outcome.stderr.as_str(), outcome.code), ("", Some(0)));
}
