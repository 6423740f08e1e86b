"""What render_generate.ts does, in ol-concourse: COUNT FOLDER TOPOLOGY."""

import sys
from pathlib import Path

from ol_concourse.lib.jobs.infrastructure import packer_jobs, pulumi_jobs_chain
from ol_concourse.lib.models.fragment import PipelineFragment
from ol_concourse.lib.models.pipeline import Identifier
from ol_concourse.lib.resources import git_repo

REPOSITORY = "https://github.com/mitodl/ol-infrastructure"


def generate(name: str, topology: str):
    """Build an image with Packer, then deploy three stages in that topology."""
    image_code = git_repo(
        Identifier(f"{name}-image-code"),
        REPOSITORY,
        paths=["src/bilder/components", f"src/bilder/images/{name}", "src/bridge/lib"],
    )
    pulumi_code = git_repo(
        Identifier("infrastructure"),
        REPOSITORY,
        paths=["src/bridge/lib", f"src/ol_infrastructure/applications/{name}"],
    )
    packer = packer_jobs(
        dependencies=[],
        image_code=image_code,
        packer_template_path=f"src/bilder/images/{name}/.",
        node_types=["web", "worker"],
        packer_vars={"app_name": name, "business_unit": "operations"},
        env_vars_from_files={"VERSION": f"{name}-image-code/version"},
    )
    chain = pulumi_jobs_chain(
        pulumi_code,
        ["CI", "QA", "Production"],
        name,
        Path(f"src/ol_infrastructure/applications/{name}"),
        github_issue_repository="mitodl/ol-infrastructure",
        topology=topology,
        **({"auto_deploy_stages": ["CI"]} if topology == "preview-gated" else {}),
    )
    return PipelineFragment.combine_fragments(
        PipelineFragment(resources=[image_code, pulumi_code]), packer, chain
    ).to_pipeline()


count, folder, topology = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
for index in range(count):
    name = f"app{index}"
    (folder / f"{name}.json").write_text(generate(name, topology).model_dump_json(indent=2))
