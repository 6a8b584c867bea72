@echo off
rem Builds everything and runs all tests: test, or test --fast without those that take more than two seconds.
rem The last line is the total, summed from the runners' own result files. A test project that crashes counts as one failure.
rem The rest of this file, below the line of dashes, is PowerShell.
setlocal
set "self=%~f0"
powershell -NoProfile -ExecutionPolicy Bypass -Command "& ([scriptblock]::Create((([IO.File]::ReadAllText($env:self)) -split '(?m)^-{20,}\r?$', 2)[1]))" %*
exit /b %errorlevel%
--------------------------------------------------------------------------------
Set-Location (Split-Path $env:self)
if ($args.Count -gt 1 -or ($args.Count -eq 1 -and $args[0] -ne '--fast')) {
  [Console]::Error.WriteLine('usage: test [--fast]')
  exit 2
}
if (-not (Get-Command dotnet -ErrorAction SilentlyContinue) -or -not (dotnet --list-sdks | Where-Object { $_ -match '^10\.' })) {
  [Console]::Error.WriteLine('test: needs the .NET 10 SDK: install it from https://dotnet.microsoft.com/download')
  exit 1
}
$env:DOTNET_NOLOGO = '1'
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'

$results = 'artifacts/results'
if (Test-Path $results) { Remove-Item $results -Recurse -Force }
New-Item $results -ItemType Directory -Force | Out-Null

'building...'
$log = @(dotnet build Nagumo.slnx -c Release -v quiet '-nodeReuse:false' '-p:UseSharedCompilation=false' 2>&1 | ForEach-Object { "$_" })
if ($LASTEXITCODE -ne 0) {
  $errors = @($log | Where-Object { $_ -match '(: | )error ' } | Sort-Object -Unique)
  if ($errors.Count -gt 0) { $errors | Select-Object -First 40 } else { $log | Select-Object -Last 40 }
  'the build failed'
  '0 passed, 1 failed, 0 skipped'
  exit 1
}

$passed = 0; $failed = 0; $skipped = 0
$filter = if ($args.Count -eq 1) { @('-trait-', 'speed=slow') } else { @() }
foreach ($project in Get-ChildItem tests/*/*.Tests.csproj) {
  $name = $project.BaseName
  $result = "$results/$name.json"
  "$name..."
  dotnet "artifacts/bin/$name/release/$name.dll" -noLogo -noColor -noAutoReporters -reporter quiet -result-ctrf $result @filter 2>&1 |
    ForEach-Object { "$_" } | Where-Object { $_.Trim() -and $_ -notmatch '^ +at (System|Xunit|InvokeStub)' }
  $code = $LASTEXITCODE
  if (-not (Test-Path $result)) {
    "  $name left no result (exit code $code)"
    $failed++
    continue
  }
  $summary = (Get-Content $result -Raw -Encoding UTF8 | ConvertFrom-Json).results.summary
  $p = [int]$summary.passed; $f = [int]$summary.failed + [int]$summary.other; $s = [int]$summary.skipped + [int]$summary.pending
  if ($code -ne 0 -and $f -eq 0) {
    "  $name ended with exit code $code although no test failed"
    $f = 1
  }
  "  $p passed, $f failed, $s skipped"
  $passed += $p; $failed += $f; $skipped += $s
}
if ($passed + $failed -eq 0) { 'no test ran' }
"$passed passed, $failed failed, $skipped skipped"
if ($failed -eq 0 -and $passed -gt 0) { exit 0 } else { exit 1 }
