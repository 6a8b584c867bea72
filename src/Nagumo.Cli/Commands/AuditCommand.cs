using System.CommandLine;
using System.Globalization;
using Nagumo.Audits;
using Nagumo.Learning;
using Nagumo.Neurons;
using Nagumo.Plots;

namespace Nagumo.Cli;

/// <summary><c>nagumo audit</c>: which structure a flow has, a network's or one written as equations, and so whether EqProp holds.</summary>
internal static class AuditCommand
{
    private const string DefaultData = "mnist-mini";

    /// <summary>The command.</summary>
    public static Command Build()
    {
        var target = new Argument<string>("PRESET|config.json|RUN|FILE")
        {
            Description =
                $"A preset, a config.json, a trained run's folder, or a file of equations such as u' = u - u^3/3 - v, as text or JSON [default: {Presets.Default}]",
            Arity = ArgumentArity.ZeroOrOne,
            HelpName = "PRESET|config.json|RUN|FILE",
        };
        target.CompletionSources.Add(_ => Target.Names.Select(n => new System.CommandLine.Completions.CompletionItem(n)));
        var probes = new Option<int>("--probes")
        {
            Description = "Random states beside the rest state",
            HelpName = "N",
            DefaultValueFactory = _ => 4,
        };
        var seed = new Option<ulong>("--seed")
        {
            Description = "Seed of those states",
            HelpName = "N",
            DefaultValueFactory = _ => 1,
        };
        var data = CommonOptions.Data("Data that a network sees [default: its own where it is inside, else a digit]");
        var picture = CommonOptions.Out("Draw both directions of every coupling here (.png or .svg)", "PICTURE");
        var set = CommonOptions.Set("Change a key of the configuration, or a parameter of the equations; repeatable");
        var json = CommonOptions.Json();
        var command = new Command("audit", "Say whether a system is its own adjoint: gradient, skew-gradient, Hamiltonian, … or neither")
        {
            target,
            probes,
            seed,
            data,
            picture,
            set,
            json,
        };
        command.SetAction(parsed =>
            Run(
                parsed.GetValue(target) ?? Presets.Default,
                new(parsed.GetValue(probes), Seed: parsed.GetValue(seed)),
                parsed.GetValue(data),
                parsed.GetValue(picture),
                parsed.GetValue(set)!,
                parsed.GetValue(json),
                parsed.InvocationConfiguration.Output,
                parsed.InvocationConfiguration.Error
            )
        );
        return command;
    }

    private static int Run(
        string name,
        StructureAuditOptions options,
        string? dataName,
        string? picture,
        string[] assignments,
        bool json,
        TextWriter output,
        TextWriter error
    )
    {
        if (picture is not null)
            OutputPath.Picture(picture);
        RefusePotential(name);
        var found = IsEquations(name) ? null : Target.Find(name);
        var target = found?.With(assignments, CheckCommand.UseOf(found, Use.Audit, evaluates: false));
        var report = new AuditReport(
            target?.Named(name) ?? name,
            target is null
                ? StructureAudit.Run(FlowSystem.Of(EquationFile.Read(name, Values(assignments))), options, progress: new Waiting(error))
                : OfNetwork(name, target, dataName, options, error)
        );
        if (picture is not null && report.Audit.Converged)
            Draw(picture, report);
        output.WriteLine(json ? Json.Text(report.ToJson()) : report.ToText());
        if (picture is not null && report.Audit.Converged && !json)
            output.WriteLine(OutputPath.Said(picture));
        return report.Audit.Converged ? ExitCode.Done : ExitCode.NotConverged;
    }

    private static StructureAudit OfNetwork(string name, Target target, string? dataName, StructureAuditOptions options, TextWriter error)
    {
        bool trained = target.Run is not null || target.StartWeights is not null;
        (target, var data) = target.For(dataName, DefaultData, error);
        if (target.Experiment.Chain is not null)
        {
            using var chain = target.Model().Load(data, 1);
            return StructureAudit.Run(name, chain, data.Test, options, new Waiting(error));
        }
        using var subject = new AuditSubject(target.Experiment, data.Test, [0]);
        if (trained || target.Experiment.Hardware is not null)
        {
            using var trainer = target.Model().Load(data, 1);
            subject.Load(trainer);
        }
        return StructureAudit.Run(name, subject, options, new Waiting(error));
    }

    /// <summary>A file that is neither a configuration nor weights holds equations.</summary>
    private static bool IsEquations(string name) =>
        File.Exists(name)
        && !Target.Names.Contains(name)
        && (!name.EndsWith(".json", StringComparison.Ordinal) || EquationFile.StatesEquations(JsonFile.Text(name)));

    private static void RefusePotential(string name)
    {
        if (!File.Exists(name) || !name.EndsWith(".json", StringComparison.Ordinal))
            return;
        string text = JsonFile.Text(name);
        if (JsonFile.Fault(text) is null && JsonFile.Object(name)["potential"] is not null)
            throw new InputException(
                $"{name} defines a neuron by its potential, which makes it a gradient or skew-gradient system by construction: there is nothing to audit. '{Terminal.Command} simulate neuron --neuron {Terminal.Quoted(name)}' analyses it."
            );
    }

    private static Dictionary<string, double> Values(string[] assignments) =>
        Assignments
            .Read(assignments)
            .ToDictionary(a => a.Key, a => Numbers.TryReal(a.Value, out double x) ? x : throw Numbers.Refused(a.Key, a.Value));

    private static void Draw(string path, AuditReport report)
    {
        var couplings = report.Audit.Couplings();
        SymmetryPlot.Save(
            path,
            new($"{report.Model}: {AuditReport.Name(report.Audit.Class)}", report.Summary),
            new("couplings at the rest state", [.. couplings.Select(c => c.There)], [.. couplings.Select(c => c.Back)])
        );
    }
}
