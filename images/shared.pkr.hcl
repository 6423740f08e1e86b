# What every image shares: linked into each image's folder, so that `packer validate images/vault`
# works as it stands. An image's own image.pkr.hcl gives app_name, purpose, node_type and sizes.

packer {
  required_version = ">= 1.15.0"
  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = "= 1.2.1"
    }
  }
}

variable "build_environment" {
  type        = string
  description = "CI, QA or Production"
  default     = "CI"
  validation {
    condition     = contains(["CI", "QA", "Production"], var.build_environment)
    error_message = "The build_environment must be CI, QA or Production."
  }
}

variable "business_unit" {
  type        = string
  description = "Who pays: the OU tag"
  default     = "operations"
  validation {
    condition     = length(var.business_unit) > 0
    error_message = "The business_unit must not be empty."
  }
}

variable "build_commit" {
  type        = string
  description = "The commit that the image is built from"
  default     = "unknown"
}

variable "built_at" {
  type        = string
  description = "The end of the AMI's name, YYYYMMDDhhmmss in UTC; null takes the time"
  default     = null
}

variable "provision" {
  type        = string
  description = "The command that brings the machine to the wanted state"
  default     = "sh -c 'echo \"packer alone does not know what to install: run deno task build-image\" >&2; exit 1'"
}

variable "manifest" {
  type        = string
  description = "Where Packer notes what it built"
  default     = "packer-manifest.json"
}

variable "region" {
  type        = string
  description = "Where the AMI is built"
  default     = "us-east-1"
}

variable "profile" {
  type        = string
  description = "The AWS profile that builds; null takes the environment's credentials"
  default     = null
}

variable "kms_key_id" {
  type        = string
  description = "The key by which the AMI is encrypted; null takes the account's own for EBS"
  default     = null
}

variable "ami_users" {
  type        = list(string)
  description = "Other accounts that may launch the AMI; this needs a kms_key_id"
  default     = []
}

variable "deprecate_at" {
  type        = string
  description = "When the AMI is deprecated, in RFC 3339; null never"
  default     = null
}

variable "instance_type" {
  type        = string
  description = "The build instance's type"
  default     = "t3a.medium"
}

variable "subnet_filter" {
  type        = map(string)
  description = "What the build instance's subnet has to match; empty takes the default VPC's"
  default     = {}
}

variable "ssh_interface" {
  type        = string
  description = "The address by which the build instance is reached; null takes the public one if it has one"
  default     = null
  validation {
    condition     = var.ssh_interface == null ? true : contains(["private_ip", "public_ip"], var.ssh_interface)
    error_message = "The ssh_interface must be private_ip or public_ip: Debian's AMI has no agent for a session_manager."
  }
}

variable "ssh_cidrs" {
  type        = list(string)
  description = "From where the build instance may be reached"
  default     = ["10.0.0.0/8"]
  validation {
    condition     = length(var.ssh_cidrs) > 0 && !contains(var.ssh_cidrs, "0.0.0.0/0")
    error_message = "The ssh_cidrs must not be empty, nor be the whole internet."
  }
}

variable "ssh_host" {
  type        = string
  description = "The machine to provision; null asks EC2 for the instance's address"
  default     = null
}

variable "ssh_port" {
  type    = number
  default = 22
}

variable "ssh_username" {
  type    = string
  default = "admin"
}

variable "ssh_private_key_file" {
  type        = string
  description = "The build's own key, which lives as long as the build"
  default     = null
}

variable "ssh_public_key" {
  type    = string
  default = ""
}

variable "ec2_endpoint" {
  type        = string
  description = "Another EC2 than Amazon's, for a rehearsal"
  default     = null
}

variable "poll_seconds" {
  type        = number
  description = "How often to ask whether the AMI is ready"
  default     = 15
}

locals {
  built_at = coalesce(var.built_at, formatdate("YYYYMMDDhhmmss", timestamp()))
  ami_name = "${var.app_name}-${var.node_type}-${var.build_environment}-${local.built_at}"
  tags = {
    Name          = local.ami_name
    OU            = var.business_unit
    business_unit = var.business_unit
    Environment   = var.build_environment
    app           = var.app_name
    node_type     = var.node_type
    purpose       = var.purpose
    build_commit  = var.build_commit
    built_by      = "packer"
  }
}

source "amazon-ebs" "ami" {
  ami_name        = local.ami_name
  ami_description = "${var.purpose}, built ${local.built_at} UTC"
  region          = var.region
  profile         = var.profile
  deprecate_at    = var.deprecate_at
  instance_type   = var.instance_type

  subnet_filter {
    filters   = var.subnet_filter
    most_free = true
  }
  associate_public_ip_address = var.ssh_interface == "public_ip" ? true : null

  # Debian's own account: no name can be squatted.
  source_ami_filter {
    owners      = ["136693071363"]
    most_recent = true
    filters = {
      name                = "debian-12-amd64-*"
      architecture        = "x86_64"
      root-device-type    = "ebs"
      virtualization-type = "hvm"
    }
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  encrypt_boot = true
  kms_key_id   = var.kms_key_id
  ami_users    = var.ami_users
  launch_block_device_mappings {
    device_name           = "/dev/xvda"
    volume_size           = var.volume_size
    volume_type           = "gp3"
    delete_on_termination = true
  }

  tags            = local.tags
  snapshot_tags   = local.tags
  run_tags        = merge(local.tags, { Name = "packer-${local.ami_name}" })
  run_volume_tags = local.tags

  communicator                          = "ssh"
  ssh_host                              = var.ssh_host
  ssh_interface                         = var.ssh_interface
  ssh_port                              = var.ssh_port
  ssh_username                          = var.ssh_username
  ssh_private_key_file                  = var.ssh_private_key_file
  ssh_timeout                           = "10m"
  temporary_security_group_source_cidrs = var.ssh_cidrs
  user_data                             = "#cloud-config\nssh_authorized_keys:\n  - ${var.ssh_public_key}\n"

  aws_polling {
    delay_seconds = var.poll_seconds
    max_attempts  = 240
  }

  custom_endpoint_ec2        = var.ec2_endpoint
  skip_region_validation     = var.ec2_endpoint != null
  skip_credential_validation = var.ec2_endpoint != null
  skip_metadata_api_check    = var.ec2_endpoint != null
  insecure_skip_tls_verify   = false
}

source "null" "rootfs" {
  communicator         = "ssh"
  ssh_host             = coalesce(var.ssh_host, "127.0.0.1")
  ssh_port             = var.ssh_port
  ssh_username         = "root"
  ssh_private_key_file = var.ssh_private_key_file
  ssh_agent_auth       = var.ssh_private_key_file == null
  ssh_timeout          = "2m"
}

build {
  sources = ["source.amazon-ebs.ami", "source.null.rootfs"]

  provisioner "shell-local" {
    environment_vars = [
      "IMAGE_HOST=${build.Host}",
      "IMAGE_PORT=${build.Port}",
      "IMAGE_USER=${build.User}",
    ]
    command = "exec ${var.provision}"
  }

  post-processor "manifest" {
    output     = var.manifest
    strip_path = true
    custom_data = {
      app_name          = var.app_name
      node_type         = var.node_type
      build_environment = var.build_environment
      build_commit      = var.build_commit
    }
  }
}
