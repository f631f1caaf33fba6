//! Connects every cmdlet's RPC with its file: the typed services' trait impls, the wire side of each cmdlet and the
//! registry are derived from the descriptors, so that nobody writes or forgets RPC glue.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use prost_reflect::{Kind, MethodDescriptor, ServiceDescriptor, Value};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=src/cmdlets");
    println!("cargo:rerun-if-changed=build.rs");
    let mut code = String::new();
    let mut entries = String::new();
    let mut routes = String::new();
    for service in tandem::DESCRIPTORS.services() {
        let cmdlets: Vec<Cmdlet> = service
            .methods()
            .filter_map(|method| cmdlet(&method))
            .collect();
        if cmdlets.is_empty() {
            continue;
        }
        write_service(&mut code, &service, &cmdlets)?;
        let area = area(&service);
        writeln!(
            routes,
            "    routes = routes.add_service(limited!(tandem::{area}::v1::{}_server::{}Server::new(typed.clone())));",
            snake(service.name()),
            service.name()
        )?;
        for cmdlet in &cmdlets {
            if !Path::new(&cmdlet.file()).exists() {
                return Err(
                    format!("{} has no behaviour: write {}", cmdlet.name, cmdlet.file()).into(),
                );
            }
            write_contract(&mut code, cmdlet)?;
            writeln!(entries, "    Entry::of::<{}>(),", cmdlet.rust_type())?;
        }
    }
    writeln!(
        code,
        "/// Every cmdlet of this build.\npub static ENTRIES: &[Entry] = &[\n{entries}];\n"
    )?;
    writeln!(
        code,
        "/// Adds the typed services of all cmdlets.\npub fn add_services(mut routes: Routes, typed: &Typed) -> Routes {{\n{routes}    routes\n}}"
    )?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("cmdlets.rs"), code)?;
    Ok(())
}

/// One RPC that is annotated as a cmdlet.
struct Cmdlet {
    area: String,
    rpc: String,
    path: String,
    name: String,
    output: Option<String>,
}

impl Cmdlet {
    fn file(&self) -> String {
        format!("src/cmdlets/{}/{}.rs", self.area, snake(&self.rpc))
    }

    fn rust_type(&self) -> String {
        format!("crate::cmdlets::{}::{}", self.area, self.rpc)
    }

    fn message(&self, suffix: &str) -> String {
        format!("tandem::{}::v1::{}{suffix}", self.area, self.rpc)
    }
}

fn cmdlet(method: &MethodDescriptor) -> Option<Cmdlet> {
    let extension = tandem::DESCRIPTORS.get_extension_by_name("tandem.cmdlet.v1.cmdlet")?;
    let options = method.options();
    if !options.has_extension(&extension) {
        return None;
    }
    let annotation = options.get_extension(&extension);
    let annotation = annotation.as_message()?;
    let text = |field: &str| {
        annotation
            .get_field_by_name(field)
            .as_deref()
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let output = method
        .output()
        .get_field_by_name("output")
        .and_then(|field| match field.kind() {
            Kind::Message(message) => {
                let package = message.parent_file().package_name().replace('.', "::");
                Some(format!("{package}::{}", message.name()))
            }
            _ => None,
        });
    Some(Cmdlet {
        area: area(method.parent_service()),
        rpc: method.name().to_owned(),
        path: format!("{}/{}", method.parent_service().full_name(), method.name()),
        name: format!("{}-{}", text("verb")?, text("noun")?),
        output,
    })
}

fn area(service: &ServiceDescriptor) -> String {
    service
        .package_name()
        .split('.')
        .nth(1)
        .unwrap_or_default()
        .to_owned()
}

fn write_service(
    code: &mut String,
    service: &ServiceDescriptor,
    cmdlets: &[Cmdlet],
) -> Result<(), Box<dyn Error>> {
    let area = area(service);
    writeln!(
        code,
        "#[tonic::async_trait]\nimpl tandem::{area}::v1::{}_server::{} for Typed {{",
        snake(service.name()),
        service.name()
    )?;
    for cmdlet in cmdlets {
        let rpc = &cmdlet.rpc;
        let (request, response) = (cmdlet.message("Request"), cmdlet.message("Response"));
        let body = format!("self.call::<{}>(request).await", cmdlet.rust_type());
        writeln!(
            code,
            "    type {rpc}Stream = Responses<{response}>;\n    async fn {}(&self, request: tonic::Request<{request}>) -> Result<tonic::Response<Responses<{response}>>, tonic::Status> {{ {body} }}",
            snake(rpc)
        )?;
    }
    writeln!(code, "}}\n")?;
    Ok(())
}

fn write_contract(code: &mut String, cmdlet: &Cmdlet) -> Result<(), Box<dyn Error>> {
    let record = format!(
        "tandem::{}::v1::{}_response::Record",
        cmdlet.area,
        snake(&cmdlet.rpc)
    );
    let response = cmdlet.message("Response");
    let (output, wrapped) = match &cmdlet.output {
        Some(output) => (
            output.as_str(),
            format!("Some({response} {{ record: Some({record}::Output(output)) }})"),
        ),
        None => ("()", "let () = output; None".to_owned()),
    };
    writeln!(
        code,
        "impl Contract for {} {{
    const RPC: &'static str = \"{}\";
    const NAME: &'static str = \"{}\";
    type Request = {};
    type Output = {output};
    type Response = {response};
    fn output(output: Self::Output) -> Option<Self::Response> {{ {wrapped} }}
    fn stream(record: StreamRecord) -> Self::Response {{ {response} {{ record: Some({record}::Stream(record)) }} }}
    fn common(request: &Self::Request) -> Option<&CommonParameters> {{ request.common.as_ref() }}
}}\n",
        cmdlet.rust_type(),
        cmdlet.path,
        cmdlet.name,
        cmdlet.message("Request"),
    )?;
    Ok(())
}

/// `GetCsPool` → `get_cs_pool`, as the generated stubs name their methods and modules.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}
