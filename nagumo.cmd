@echo off
rem Runs the command `nagumo` from a clone: builds it when the sources differ from those of the last build, then hands over.
setlocal
set "root=%~dp0"
set "out=%root%artifacts"
set "dll=%out%\bin\Nagumo.Cli\release\Nagumo.Cli.dll"

where dotnet >nul 2>nul
if errorlevel 1 (
  echo nagumo: needs the .NET 10 SDK, and 'dotnet' is not on the path: install it from https://dotnet.microsoft.com/download 1>&2
  exit /b 1
)
if not exist "%out%" mkdir "%out%"

rem Size, date and time of every source; compared with the list of the last build.
set "now=%out%\nagumo.sources.%RANDOM%%RANDOM%"
(
  where /t /r "%root%src" *.*
  where /t "%root%:*.props;global.json"
) >"%now%" 2>nul
if not exist "%dll%" goto build
fc /b "%now%" "%out%\nagumo.sources" >nul 2>nul
if errorlevel 1 goto build
del "%now%"
goto run

:build
dotnet --list-sdks 2>nul | findstr /b "10." >nul
if errorlevel 1 (
  del "%now%"
  echo nagumo: needs the .NET 10 SDK, and this 'dotnet' has none: install it from https://dotnet.microsoft.com/download 1>&2
  exit /b 1
)
rem One build at a time: the folder can be made by one only. One left behind by a killed build is taken over after two minutes.
set /a waited=0
:lock
mkdir "%out%\nagumo.lock.d" 2>nul
if not errorlevel 1 goto locked
if %waited% geq 120 goto locked
set /a waited+=1
ping -n 2 127.0.0.1 >nul
goto lock
:locked
fc /b "%now%" "%out%\nagumo.sources" >nul 2>nul
if not errorlevel 1 if exist "%dll%" (
  rmdir "%out%\nagumo.lock.d" 2>nul
  del "%now%"
  goto run
)
if exist "%dll%" (echo building ^(sources changed^)... 1>&2) else echo building ^(first run^)... 1>&2
pushd "%root%"
dotnet build src\Nagumo.Cli -c Release -v quiet -nodeReuse:false -p:UseSharedCompilation=false <nul >"%out%\nagumo.build.log" 2>&1
set "code=%errorlevel%"
popd
rmdir "%out%\nagumo.lock.d" 2>nul
if not "%code%"=="0" (
  del "%now%"
  findstr /c:"error " "%out%\nagumo.build.log" 1>&2
  echo nagumo: the build failed; everything it said is in %out%\nagumo.build.log 1>&2
  exit /b 1
)
move /y "%now%" "%out%\nagumo.sources" >nul

:run
rem As it was typed, for the commands that the output suggests.
set NAGUMO_COMMAND=%0
dotnet "%dll%" %*
exit /b %errorlevel%
