using System.CommandLine;
using Nagumo.Audits;
using Nagumo.Learning;
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
                $"A preset, a config.json, a trained run's folder, or a file of equations such as u' = u - u^3/3 - v [default: {Presets.Default}]",
            Arity = ArgumentArity.ZeroOrOne,
            HelpName = "PRESET|config.json|RUN|FILE",
        };
        target.CompletionSources.Add(_ => Presets.All.Select(p => new System.CommandLine.Completions.CompletionItem(p.Name)));
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
        var picture = CommonOptions.Out("Draw both directions of every coupling here (.png or .svg)", "PICTURE");
        var set = CommonOptions.Set("Change a key of the configuration; repeatable");
        var json = CommonOptions.Json();
        var command = new Command("audit", "Say whether a system is its own adjoint: gradient, skew-gradient, Hamiltonian, … or neither")
        {
            target,
            probes,
            seed,
            picture,
            set,
            json,
        };
        command.SetAction(parsed =>
            Run(
                parsed.GetValue(target) ?? Presets.Default,
                new(parsed.GetValue(probes), Seed: parsed.GetValue(seed)),
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
        string? picture,
        string[] assignments,
        bool json,
        TextWriter output,
        TextWriter error
    )
    {
        if (picture is not null)
            OutputPath.Picture(picture);
        if (IsEquations(name) && assignments.Length > 0)
            throw new InputException("--set changes a configuration; change parameters in the file of equations itself.");
        var report = new AuditReport(
            name,
            IsEquations(name) ? StructureAudit.Run(EquationFile.Read(name), options) : OfNetwork(name, options, assignments, error)
        );
        if (picture is not null && report.Audit.Converged)
            Draw(picture, report);
        output.WriteLine(json ? Json.Text(report.ToJson()) : report.ToText());
        if (picture is not null && report.Audit.Converged && !json)
            output.WriteLine(OutputPath.Said(picture));
        return report.Audit.Converged ? ExitCode.Done : ExitCode.NotConverged;
    }

    private static StructureAudit OfNetwork(string name, StructureAuditOptions options, string[] assignments, TextWriter error)
    {
        var target = Target.Find(name).With(assignments);
        bool trained = target.Run is not null || target.StartWeights is not null;
        var data = Target.Load(DefaultData, error);
        if (target.Experiment.Chain is not null)
        {
            using var chain = trained
                ? CheckCommand.Trained(target).Load(data, 1)
                : new Trainer(target.Experiment with { Validation = 0 }, data, 1);
            return StructureAudit.Run(name, chain, data.Test, options);
        }
        using var subject = new AuditSubject(target.Experiment, data.Test, [0]);
        if (trained)
        {
            using var trainer = CheckCommand.Trained(target).Load(data, 1);
            subject.Load(trainer);
        }
        return StructureAudit.Run(name, subject, options);
    }

    /// <summary>A file that is neither a configuration nor weights holds equations.</summary>
    private static bool IsEquations(string name) =>
        File.Exists(name) && !name.EndsWith(".json", StringComparison.Ordinal) && Presets.All.All(p => p.Name != name);

    private static void Draw(string path, AuditReport report)
    {
        var couplings = report.Audit.Couplings();
        SymmetryPlot.Save(
            path,
            new($"{report.Model}: {AuditReport.Name(report.Audit.Class)}", report.Summary),
            [new("couplings at the rest state", [.. couplings.Select(c => c.There)], [.. couplings.Select(c => c.Back)])]
        );
    }
}
